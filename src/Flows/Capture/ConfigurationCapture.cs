using System.Collections.Immutable;
using AlfrescoBackupFlows.Alfresco.Content;
using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;

namespace AlfrescoBackupFlows.Flows.Capture;

/// <summary>
/// Captures the configuration files, all of them, each time: they are few and small. One that cannot be read stops the
/// run.
/// </summary>
/// <param name="before">The listing of the set before; null where there is none.</param>
internal sealed class ConfigurationCapture(ImmutableArray<ConfigurationFile> files, ListingReader? before)
{
    public async Task<CapturedStep> RunAsync(
        RunWriter writer,
        StepBudget budget,
        IProgressSink progress,
        string phase,
        CancellationToken cancellationToken
    )
    {
        var notes = new CaptureNotes(ContentRoot.Configuration);
        var live = new CaptureProgress(progress, phase);
        var reader = new ContentReader(writer, ChunkClass.Content, budget, live);
        var listing = new RangeListing(writer, budget, live);
        long unstable = 0;
        using var tree = ConfigurationTree.Read(files, notes);
        foreach (ConfigurationEntry entry in tree.Entries)
        {
            var source = new CaptureSource(entry.Tree, [], notes);
            if (entry.Seen.Stat.Type == EntryType.Directory)
            {
                await listing.AddAsync(source.Directory(entry.Seen, EntryFlags.None), cancellationToken);
            }
            else if (await ReadAsync(reader, entry, cancellationToken) is { } content)
            {
                EntryFlags flags = content.IsStable ? EntryFlags.None : EntryFlags.Unstable;
                unstable += content.IsStable ? 0 : 1;
                await listing.AddAsync(
                    source.File(entry.Seen.Path, content.Stat, content.Content, flags),
                    cancellationToken
                );
            }
        }

        long lost = await CountLostAsync(tree.Absent, notes, cancellationToken);
        ContentRef rows = await listing.CompleteAsync(cancellationToken);
        var totals = new FileTotals
        {
            Files = listing.Files,
            Bytes = listing.Bytes,
            Directories = listing.Directories,
            ReadFiles = listing.Files,
            ReadBytes = listing.Bytes,
            Unstable = unstable,
            Lost = lost,
            Skipped = notes.SkippedCount,
        };
        return new CapturedStep(null, rows, totals, notes.Warnings);
    }

    private static async Task<CapturedContent?> ReadAsync(
        ContentReader reader,
        ConfigurationEntry entry,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await reader.TryReadAsync(
                entry.Tree,
                entry.Path,
                followLinks: true,
                insists: true,
                cancellationToken
            );
        }
        catch (SourceUnreadableException e)
        {
            throw ConfigurationTree.Unreadable(entry.File, e);
        }
    }

    /// <summary>Keystores that are not there and that the set before has.</summary>
    private async Task<long> CountLostAsync(
        ImmutableArray<byte[]> absent,
        CaptureNotes notes,
        CancellationToken cancellationToken
    )
    {
        long lost = 0;
        if (before is not null && !absent.IsEmpty)
        {
            await foreach (ListingEntry old in before.ReadAsync(PathRange.All, cancellationToken))
            {
                if (!old.IsDirectory && absent.Any(path => path.AsSpan().SequenceEqual(old.Path)))
                {
                    notes.Gone(old.Path);
                    lost++;
                }
            }
        }

        return lost;
    }
}
