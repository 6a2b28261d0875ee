using System.Text;
using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Flows.Restore.Targets;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;

namespace AlfrescoBackupFlows.Flows.Restore.Activities;

/// <summary>
/// Gives the directories of a root their owner, mode and time, once all files are in; and names the files that are not:
/// each is tried once more, and lost if it cannot be read. Nothing but the target and the repository is asked, so that
/// an attempt after a kill comes to the same list.
/// </summary>
internal sealed class RestoreDirectories(FlowEnvironment environment)
    : FlowActivity<RestoreDirectoriesInput, RestoredDirectories>,
        IPhasedActivity
{
    public static string Phase => Phases.Directories;

    public override async Task<RestoredDirectories> RunAsync(
        RestoreDirectoriesInput input,
        IProgressSink progress,
        CancellationToken cancellationToken
    )
    {
        RestoreRangeInput root = input.Root;
        await using IAsyncDisposable held = await environment.Reading.HoldAsync(
            new TargetMarker(input.Root.Target).TryRead()?.Set,
            cancellationToken
        );
        IChunkSource chunks = await SetReader.OpenChunksAsync(environment, cancellationToken);
        using TargetTree target = root.OpenRoot();
        var attributes = new AttributeRestore(target, root.Owner);
        var selector = new Selector(root.Selection);
        using var whole = TargetTree.Open(root.Target);
        var directories = new DirectoryRestore(attributes, path => IsToBeSet(root, whole, target, path));
        RepairLook? repair = root.Repair
            ? new RepairLook(await SetReader.OpenComparisonAsync(environment, chunks, cancellationToken), root)
            : null;
        var files = new FileRestore(target, chunks, root, attributes);
        var listing = new ReadableListing(chunks, root);
        var lost = new List<(string Path, string Why)>();
        long restored = 0;
        long bytes = 0;
        await foreach (ListingEntry entry in listing.ReadAsync(cancellationToken))
        {
            if (entry.IsDirectory || selector.Takes(root.Root, entry))
            {
                directories.Add(entry);
            }

            if (
                entry.IsDirectory
                || !input.HasLosses
                || !selector.Takes(root.Root, entry)
                || await IsThereAsync(files, repair, target, entry, cancellationToken)
            )
            {
                continue;
            }

            if (await files.TryWriteAsync(entry, cancellationToken) is { } why)
            {
                lost.Add((TreePath.Display(entry.Path), why));
            }
            else
            {
                restored++;
                bytes += entry.Length;
            }
        }

        long unnamed = input.HasLosses
            ? await NameLostAsync(listing, input, chunks, target, selector, lost, cancellationToken)
            : 0;
        long count = lost.Count + unnamed;
        if (unnamed > 0)
        {
            string why = Damage.WithoutAdvice(listing.Fault ?? listing.Lost.Why!);
            lost.Add((string.Empty, $"{unnamed} files, whose names are lost with the listing or a part of it: {why}"));
        }

        FileList.Read(root.Target, FileList.Lost).Replace(root.Root, lost);
        directories.Complete();
        target.Flush();
        return new RestoredDirectories(
            new RestoredTotals(restored, bytes, attributes.Unset),
            count,
            WarningLines.First(lost.Select(file => $"{root.Root}/{file.Path}: {file.Why}"))
        );
    }

    /// <summary>
    /// All directories, but of a part of a set those that are there. In an installation that is repaired none but those
    /// that the repair made: they have the mode that a new one has, and belong to whoever made the marker.
    /// </summary>
    private static bool IsToBeSet(RestoreRangeInput root, TargetTree whole, TargetTree target, byte[] path)
    {
        if (root is { Selection: null, Repair: false })
        {
            return true;
        }

        if (target.TryStat(path) is not { Type: EntryType.Directory } there)
        {
            return false;
        }

        return !root.Repair
            || (
                there.Mode == TargetMarker.NewDirectoryMode
                && whole.TryStat(Encoding.UTF8.GetBytes(TargetMarker.Name)) is { } marker
                && marker.Uid == there.Uid
            );
    }

    /// <summary>Nothing is to be written for the file.</summary>
    private static async ValueTask<bool> IsThereAsync(
        FileRestore files,
        RepairLook? repair,
        TargetTree target,
        ListingEntry entry,
        CancellationToken cancellationToken
    )
    {
        if (repair is null)
        {
            return files.IsThere(entry);
        }

        using TargetDirectory? directory = target.TryOpenDirectory(entry.Directory());
        if (directory is null)
        {
            return false;
        }

        (Found found, _) = await repair.LookAsync(directory, entry, cancellationToken);
        return found == Found.Same || (found == Found.Differing && !repair.MayReplace(directory, entry));
    }

    /// <summary>
    /// Of what is lost with parts of the listing, the names that the list of required files has, where they are not in
    /// the target.
    /// </summary>
    /// <returns>How many files are lost without a name.</returns>
    private static async Task<long> NameLostAsync(
        ReadableListing listing,
        RestoreDirectoriesInput input,
        IChunkSource chunks,
        TargetTree target,
        Selector selector,
        List<(string Path, string Why)> lost,
        CancellationToken cancellationToken
    )
    {
        if (listing.Fault is not null)
        {
            // Of the parts that were read before it, the files are in.
            return input.Files;
        }

        IReadOnlyList<byte[]> names = await listing.Lost.NameAsync(chunks, input.Required, cancellationToken);
        string why = $"its part of the listing is lost: {Damage.WithoutAdvice(listing.Lost.Why ?? string.Empty)}";
        lost.AddRange(
            names
                .Where(name => selector.Takes(input.Root.Root, name))
                .Where(name => target.TryStat(name) is not { Type: EntryType.File })
                .Select(name => (TreePath.Display(name), why))
        );
        return Math.Max(0, listing.Lost.Files - names.Count);
    }
}
