using System.Collections.Immutable;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;
using AlfrescoBackupFlows.Repository.RequiredFiles;

namespace AlfrescoBackupFlows.Flows.Capture;

/// <summary>Puts the parts of a range capture together: what is read, what it is merged with, where it goes.</summary>
internal sealed class CaptureSetup(SourceTree tree, ImmutableArray<SourceTree> elsewhere, string root)
{
    public PathRange Range { get; init; } = PathRange.All;

    /// <summary>The listing to inherit from; null at first.</summary>
    public ContentRef? Inherit { get; init; }

    /// <summary>What of that listing can be taken over.</summary>
    public required Inheritance Inheritance { get; init; }

    /// <summary>The files that the dump requires of the root; null where nothing is.</summary>
    public RequiredListReader? Required { get; init; }

    /// <inheritdoc cref="CaptureSource.FollowsLinks"/>
    public bool FollowsLinks { get; init; }

    public bool UsesTrustedDirectories { get; init; }

    public bool GrantsTrust { get; init; }

    public required ChunkClass Class { get; init; }

    public required StepBudget Budget { get; init; }

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
        var listing = new RangeListing(writer, Budget, live);
        var reader = new ContentReader(writer, Class, Budget, live);
        var files = new FileCapture(source, reader, listing, Inheritance);
        var trusted = new TrustedDirectories(tree, notes, time.GetUtcNow(), UsesTrustedDirectories, GrantsTrust);

        // Open-ended: a directory at the end of the range is judged by all of its files.
        IAsyncEnumerable<ListingEntry> inherited = Inherit is null
            ? AsyncEnumerable.Empty<ListingEntry>()
            : Inheritance.Open(Inherit).ReadAsync(Range with { To = null }, cancellationToken);
        IAsyncEnumerable<RequiredFile> needed = Required is null
            ? AsyncEnumerable.Empty<RequiredFile>()
            : Required.ReadAsync(Range, cancellationToken);
        await using var parent = new Lookahead<ListingEntry>(inherited, cancellationToken);
        await using var required = new Lookahead<RequiredFile>(needed, cancellationToken);

        var capture = new RangeCapture(source, Range, parent, required, listing, trusted, files, Budget);
        byte[]? next = await capture.RunAsync(cancellationToken);

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
        };
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
