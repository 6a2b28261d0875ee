using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;

namespace AlfrescoBackupFlows.Flows.Capture;

/// <summary>
/// What may be taken over from the parent set: everything, unless a full scan found that the repository lost packs, or
/// index blobs were lost, and with them maybe packs that none names any more. Then a file whose chunks are gone is read
/// again, and a listing is read around the segments that are gone.
/// </summary>
/// <param name="index">Where a chunk is; null where nothing is lost.</param>
internal sealed class Inheritance(IChunkSource chunks, ChunkIndex? index, LostPacks lost)
{
    private readonly bool _looks = lost.Count > 0 || index is { WasRebuilt: true };

    /// <summary>Whether everything can be taken over, without a look.</summary>
    public bool IsWhole => !_looks;

    /// <summary>What the run may take over.</summary>
    public static async Task<Inheritance> OfAsync(RunContext run, CancellationToken cancellationToken) =>
        new(run.Chunks, run.Index, await run.LostPacksAsync(cancellationToken));

    public ListingReader Open(ContentRef listing) => new(chunks, listing) { Holds = Holds };

    /// <summary>Whether every chunk of the content has a place in a pack that is there.</summary>
    public async ValueTask<bool> HoldsAsync(ContentRef content, CancellationToken cancellationToken)
    {
        if (!_looks)
        {
            return true;
        }

        try
        {
            await foreach ((ChunkId id, _) in chunks.WalkAsync(content, cancellationToken))
            {
                if (!Holds(id))
                {
                    return false;
                }
            }

            return true;
        }
        catch (PermanentException e) when (e.Kind == ErrorKind.Repository)
        {
            // A list of chunks is gone, and with it the content.
            return false;
        }
    }

    /// <returns>The content where it can be taken over, else null.</returns>
    public async ValueTask<ContentRef?> HeldAsync(ContentRef? content, CancellationToken cancellationToken) =>
        content is not null && await HoldsAsync(content, cancellationToken) ? content : null;

    private bool Holds(ChunkId chunk) => !_looks || index!.TryFind(chunk, lost, out _);
}
