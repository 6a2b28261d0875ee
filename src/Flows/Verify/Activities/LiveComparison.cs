using System.Collections.Immutable;
using System.Globalization;
using AlfrescoBackupFlows.Alfresco.Content;
using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Flows.Capture;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Flows.Verify.Records;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;
using AlfrescoBackupFlows.Repository.RequiredFiles;
using AlfrescoBackupFlows.Repository.Verification;

namespace AlfrescoBackupFlows.Flows.Verify.Activities;

/// <summary>
/// Holds the newest backup against the content stores of the live installation. Alfresco writes a content file once: one with
/// other bytes was changed by somebody else, or by its disk.
/// </summary>
internal sealed class LiveComparison(FlowEnvironment environment, OpenedVerification opened, IProgressSink progress)
{
    private const int EntriesAtOnce = 64;

    private readonly Installation _installation = Installation.Discover(environment.Options.Installation);
    private readonly SourceRoots _roots = new();
    private readonly LiveFindings _findings = new();

    /// <param name="after">Where the step before ended; null at the beginning.</param>
    /// <param name="budget">For so long files are compared.</param>
    public async Task<VerifiedStep> RunAsync(string? after, TimeSpan budget, CancellationToken cancellationToken)
    {
        if (opened.Sets.Count == 0)
        {
            return new VerifiedStep(VerifyReport.None, Next: null);
        }

        SetSummary set =
            InstallationSets.FindNewest(opened.Sets.Where(set => set.Installation == _installation.Name))
            ?? throw new PermanentException(
                ErrorKind.Configuration,
                $"Set {opened.Sets[^1].Id} is of installation '{opened.Sets[^1].Installation}', and installation.name is "
                    + $"'{_installation.Name}': a set is compared with its own installation alone."
            );
        SetManifest manifest = await opened.Repository.Log.ReadManifestAsync(set, cancellationToken);
        (int first, byte[]? path) = Parse(after);
        long started = environment.Time.GetTimestamp();
        string? next = null;
        for (int number = first; number < manifest.Roots.Length && next is null; number++)
        {
            RootStamp stamp = manifest.Roots[number];
            if (!IsWriteOnce(stamp.Name))
            {
                continue;
            }

            byte[]? last = await CompareAsync(
                set.Id,
                stamp,
                number == first && path is not null ? new PathRange([.. path, 0], To: null) : PathRange.All,
                () => environment.Time.GetElapsedTime(started) >= budget || _findings.IsFull,
                cancellationToken
            );
            next = last is null
                ? null
                : string.Create(CultureInfo.InvariantCulture, $"{number}:{Convert.ToHexStringLower(last)}");
        }

        await AskAsync(cancellationToken);
        return new VerifiedStep(_findings.Report(set.Id), next);
    }

    /// <summary>Roots in which Alfresco never changes a file.</summary>
    private static bool IsWriteOnce(string root) =>
        root is ContentRoot.Contentstore or ContentRoot.Deleted or ContentRoot.Audit
        || root.StartsWith(ContentRoot.Stores, StringComparison.Ordinal);

    /// <returns>The last path that was compared; null: the root is done.</returns>
    private async Task<byte[]?> CompareAsync(
        RunId set,
        RootStamp stamp,
        PathRange range,
        Func<bool> isOver,
        CancellationToken cancellationToken
    )
    {
        if (_installation.Roots.FirstOrDefault(root => root.Name == stamp.Name) is not { } root)
        {
            _findings.NoRoot(stamp.Name);
            return null;
        }

        using SourceTree tree = _roots.Open(root);
        ImmutableArray<SourceTree> elsewhere = ContentRoots.OpenElsewhere(_installation, _roots, stamp.Name);
        try
        {
            var files = new LiveFiles(opened, stamp, [tree, .. elsewhere], _findings);
            await using var required = new Lookahead<RequiredFile>(
                stamp.Required is null
                    ? AsyncEnumerable.Empty<RequiredFile>()
                    : new RequiredListReader(opened.Verification.Chunks, stamp.Required).ReadAsync(
                        range,
                        cancellationToken
                    ),
                cancellationToken
            );
            await required.MoveNextAsync();
            await foreach (
                ListingEntry[] entries in new ListingReader(opened.Verification.Chunks, stamp.Listing)
                {
                    // The structure of the set was looked at before, and says what is lost.
                    Lost = static (_, _) => { },
                }
                    .ReadAsync(range, cancellationToken)
                    .Where(static entry => entry.Content is not null && !entry.Flags.HasFlag(EntryFlags.Unstable))
                    .Chunk(EntriesAtOnce)
            )
            {
                List<(ListingEntry Entry, bool IsRequired)> batch = [];
                foreach (ListingEntry entry in entries)
                {
                    while (required.Current is { } file && PathOrder.Compare(file.Path, entry.Path) < 0)
                    {
                        await required.MoveNextAsync();
                    }

                    batch.Add((entry, required.Current?.Path.AsSpan().SequenceEqual(entry.Path) == true));
                }

                await Parallel.ForEachAsync(
                    batch,
                    new ParallelOptions
                    {
                        MaxDegreeOfParallelism = environment.Options.Backup.Parallelism,
                        CancellationToken = cancellationToken,
                    },
                    async (item, token) => await files.CompareAsync(item.Entry, item.IsRequired, token)
                );
                progress.Advance(VerifyParts.Live, entries.Length, entries.Sum(static entry => entry.Length));
                if (isOver())
                {
                    return entries[^1].Path;
                }
            }

            return null;
        }
        finally
        {
            foreach (SourceTree other in elsewhere)
            {
                other.Dispose();
            }
        }
    }

    /// <summary>
    /// What is gone was perhaps deleted, and cleaned up after it: the live database knows, and is read where anything is gone.
    /// </summary>
    private async Task AskAsync(CancellationToken cancellationToken)
    {
        if (_findings.HasCandidates)
        {
            await _installation
                .Database.OpenTarget(progress.Warn)
                .ReadRequiredAsync(
                    url =>
                    {
                        if (_installation.Urls.Locate(url.Url) is { Kind: ContentPlaceKind.File } place)
                        {
                            _findings.Confirm(place.Root, place.Path);
                        }

                        return ValueTask.CompletedTask;
                    },
                    cancellationToken
                );
        }
    }

    private static (int Root, byte[]? Path) Parse(string? cursor)
    {
        string[] parts = cursor?.Split(':') ?? ["0"];
        return (
            int.Parse(parts[0], CultureInfo.InvariantCulture),
            parts.Length == 1 ? null : Convert.FromHexString(parts[1])
        );
    }
}
