using System.Collections.Immutable;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;
using AlfrescoBackupFlows.Repository.RequiredFiles;
using AlfrescoBackupFlows.Storage.Decorators;

namespace AlfrescoBackupFlows.Flows.Capture;

/// <summary>Puts the parts of a range capture together: what is read, what it is merged with, where it goes.</summary>
internal sealed class CaptureSetup(SourceTree tree, ImmutableArray<SourceTree> elsewhere, string root)
{
    public PathRange Range { get; init; } = PathRange.All;

    /// <summary>The listing to inherit from; null at first.</summary>
    public ContentRef? Inherit { get; init; }

    /// <summary>What of that listing can be taken over.</summary>
    public required Inheritance Inheritance { get; init; }

    /// <summary>The files that the dump requires of a range of the root; null where nothing is.</summary>
    public Func<PathRange, CancellationToken, IAsyncEnumerable<RequiredFile>>? Required { get; init; }

    /// <summary>
    /// The segments of the inherited listing that may be taken over unread; null: every one is read.
    /// </summary>
    public UntouchedSegments? Untouched { get; init; }

    /// <inheritdoc cref="CaptureSource.FollowsLinks"/>
    public bool FollowsLinks { get; init; }

    public bool UsesTrustedDirectories { get; init; }

    public bool GrantsTrust { get; init; }

    public required ChunkClass Class { get; init; }

    public required StepBudget Budget { get; init; }

    /// <summary>Of the files' bytes; null: as fast as it goes.</summary>
    public RateLimit? Reads { get; init; }

    /// <summary>Told once of a shortcut that is lost, however many ranges there are.</summary>
    public required Action<string> Warn { get; init; }

    /// <summary>For live progress.</summary>
    public required string Phase { get; init; }

    public async Task<CapturedStep> RunAsync(
        IChunkSource chunks,
        RunWriter writer,
        TimeProvider time,
        IProgressSink progress,
        CancellationToken cancellationToken
    )
    {
        var notes = new CaptureNotes(root);
        var source = new CaptureSource(tree, elsewhere, notes) { FollowsLinks = FollowsLinks };
        var live = new CaptureProgress(progress, Phase);
        var listing = new RangeListing(writer, Budget, live, keepsDirectories: GrantsTrust);
        var reader = new ContentReader(writer, Class, Budget, live, Reads);
        var files = new FileCapture(source, reader, listing, Inheritance);
        var trusted = new TrustedDirectories(tree, notes, time.GetUtcNow(), UsesTrustedDirectories, GrantsTrust);

        RangeWalk? walk = await LookAsync(source, cancellationToken) is { } untouched
            ? new RangeWalk(writer, untouched, listing, Budget, CaptureAsync)
            : null;
        byte[]? next = await (walk?.RunAsync(Range, cancellationToken) ?? CaptureAsync(Range, cancellationToken));
        if (walk?.Taken is { } taken)
        {
            live.Report();
            return new CapturedStep(next, Rows: null, Totals(listing, files, notes), notes.Warnings) { Taken = taken };
        }

        // The listing of a part of a root is nobody's once it is joined with those of the others.
        bool isWhole = next is null && Range == PathRange.All;
        return new CapturedStep(
            next,
            isWhole ? await listing.CompleteAsync(cancellationToken) : null,
            Totals(listing, files, notes),
            notes.Warnings
        )
        {
            Segments = isWhole ? null : await listing.CompletePartAsync(cancellationToken),
            Directories = isWhole ? null : listing.EncodeDirectories(),
            DirectoryTable = isWhole ? await listing.WriteDirectoriesAsync(cancellationToken) : null,
        };

        async Task<byte[]?> CaptureAsync(PathRange range, CancellationToken token)
        {
            // Open-ended: a directory at the end of the range is judged by all of its files.
            await using var parent = new Lookahead<ListingEntry>(
                Inherit is null
                    ? AsyncEnumerable.Empty<ListingEntry>()
                    : Inheritance.Open(Inherit).ReadAsync(range with { To = null }, token),
                token
            );
            await using var required = new Lookahead<RequiredFile>(
                Required is null ? AsyncEnumerable.Empty<RequiredFile>() : Required(range, token),
                token
            );
            return await new RangeCapture(source, range, parent, required, listing, trusted, files, Budget).RunAsync(
                token
            );
        }
    }

    /// <summary>Null where every segment is to be read.</summary>
    private async Task<UntouchedSegments?> LookAsync(CaptureSource source, CancellationToken cancellationToken)
    {
        if (Untouched is null)
        {
            return null;
        }

        try
        {
            await Untouched.LookAsync(source, Range, cancellationToken);
            return Untouched;
        }
        catch (PermanentException e) when (e.Kind == ErrorKind.Repository)
        {
            Warn($"The table of directories of the set before is lost, and so its listing is read: {e.Message}");
            return null;
        }
    }

    private static FileTotals Totals(RangeListing listing, FileCapture files, CaptureNotes notes) =>
        new()
        {
            Files = listing.Files,
            Bytes = listing.Bytes,
            Directories = listing.Directories,
            ReadFiles = files.ReadFiles,
            ReadBytes = files.ReadBytes,
            Unstable = files.Unstable,
            SourceMissing = files.SourceMissing,
            SourceChanged = files.SourceChanged,
            Rescued = files.Rescued,
            Lost = files.Lost,
            Unreadable = notes.UnreadableCount,
            Skipped = notes.SkippedCount,
            BrokenTrusts = notes.BrokenTrustCount,
        };
}
