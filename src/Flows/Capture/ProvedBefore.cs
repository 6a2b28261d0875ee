using System.Runtime.CompilerServices;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;
using AlfrescoBackupFlows.Repository.RequiredFiles;

namespace AlfrescoBackupFlows.Flows.Capture;

/// <summary>
/// What of a root must be looked up, beside the parent set: where a segment of the listing or of the list of required files
/// is another one, and where the parent had a finding. Whatever else is required was found there, under the same entry.
/// </summary>
internal sealed class ProvedBefore
{
    private readonly IChunkSource _chunks;
    private readonly PathIntervals _open;
    private readonly ContentRef _listing;
    private readonly ContentRef? _required;

    private ProvedBefore(IChunkSource chunks, PathIntervals open, ContentRef listing, ContentRef? required)
    {
        (_chunks, _open, _listing, _required) = (chunks, open, listing, required);
    }

    /// <summary>Adds a root to a proof: what changed since the parent, or all of it.</summary>
    /// <param name="parent">The parent's proof; null: everything is looked up.</param>
    /// <param name="before">The root as it was there; null: it was not.</param>
    /// <param name="root">The root's listing, as it will be committed.</param>
    /// <param name="list">What is required of it; null: nothing.</param>
    public static async Task AddRootAsync(
        ConsistencyProof proof,
        IChunkSource chunks,
        ConsistencyReport? parent,
        RootStamp? before,
        RootListing root,
        RequiredFiles? list,
        CancellationToken cancellationToken
    )
    {
        if (await OfAsync(chunks, parent, before, proof.ChecksSizes, root, list, cancellationToken) is not { } proved)
        {
            await proof.AddRootAsync(
                root.Root,
                list is null
                    ? AsyncEnumerable.Empty<RequiredFile>()
                    : new RequiredListReader(chunks, list.List).ReadAsync(cancellationToken),
                new ListingReader(chunks, root.Listing).ReadAsync(cancellationToken)
            );
            return;
        }

        long known = proof.Required;
        await proof.AddRootAsync(
            root.Root,
            proved.ReadRequiredAsync(cancellationToken),
            proved.ReadListingAsync(cancellationToken)
        );
        proof.AddProved((list?.Files ?? 0) - (proof.Required - known));
    }

    /// <summary>
    /// Null where all is to be looked up: the parent's proof is none to lean on, compared otherwise, or knew no segments.
    /// </summary>
    private static async Task<ProvedBefore?> OfAsync(
        IChunkSource chunks,
        ConsistencyReport? parent,
        RootStamp? root,
        bool checkSizes,
        RootListing listing,
        RequiredFiles? required,
        CancellationToken cancellationToken
    )
    {
        if (
            root is null
            || parent is null
            || parent.SizesIgnored == checkSizes
            || !Knows(parent, root, required?.List, required?.Segments)
        )
        {
            return null;
        }

        PathIntervals open = await RequiredChangesAsync(chunks, root, required?.Segments, cancellationToken);
        await SegmentChanges.AddListingsAsync(open, chunks, root.Listing, listing.Listing, cancellationToken);
        return new ProvedBefore(chunks, open, listing.Listing, required?.Segments);
    }

    /// <summary>Whether it can be told by segments what is required now and was not proved in the parent.</summary>
    /// <param name="list">What is required of the root now; null: nothing.</param>
    /// <param name="segments">Its table of segments.</param>
    public static bool Knows(ConsistencyReport parent, RootStamp root, ContentRef? list, ContentRef? segments) =>
        parent.Proof is { IsComplete: true }
        && root is not { Required: not null, RequiredSegments: null }
        && (list is null || segments is not null);

    /// <summary>Where something else is required than in the parent, or the parent had a finding.</summary>
    public static async Task<PathIntervals> RequiredChangesAsync(
        IChunkSource chunks,
        RootStamp root,
        ContentRef? segments,
        CancellationToken cancellationToken
    )
    {
        var open = new PathIntervals();
        await SegmentChanges.AddListsAsync(open, chunks, root.RequiredSegments, segments, cancellationToken);
        if (root.Findings is { } findings)
        {
            await foreach (RequiredFile file in new RequiredListReader(chunks, findings).ReadAsync(cancellationToken))
            {
                open.Add(file.Path, file.Path);
            }
        }

        return open;
    }

    /// <summary>The entries to look at.</summary>
    private IAsyncEnumerable<ListingEntry> ReadListingAsync(CancellationToken cancellationToken) =>
        _open.IsEmpty
            ? AsyncEnumerable.Empty<ListingEntry>()
            : new ListingReader(_chunks, _listing) { Wants = row => _open.Overlaps(row.First, row.Last) }
                .ReadAsync(cancellationToken)
                .Where(entry => _open.Contains(entry.Path));

    /// <summary>The required files to look up.</summary>
    private async IAsyncEnumerable<RequiredFile> ReadRequiredAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        if (_open.IsEmpty || _required is null)
        {
            yield break;
        }

        var reader = new RequiredSegmentReader(_chunks, _required);
        await foreach (RequiredSegment segment in reader.ReadRowsAsync(cancellationToken))
        {
            if (_open.Overlaps(segment.First, segment.Last))
            {
                foreach (RequiredFile file in await reader.ReadSegmentAsync(segment, cancellationToken))
                {
                    if (_open.Contains(file.Path))
                    {
                        yield return file;
                    }
                }
            }
        }
    }
}
