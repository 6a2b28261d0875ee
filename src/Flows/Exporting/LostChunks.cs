using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Exporting;

/// <summary>
/// Whether a long file is known to be lost before a byte of it is written: packs of its chunks are not in the store.
/// </summary>
/// <param name="lost">Packs that a listing of the store did not show.</param>
internal sealed class LostChunks(SetReader set, LostPacks lost)
{
    /// <returns>Why it is lost; null where it is not, as far as that can be known without reading it.</returns>
    public async ValueTask<string?> FindAsync(
        ContentRef content,
        ChunkClass chunkClass,
        CancellationToken cancellationToken
    )
    {
        if (lost.Count == 0)
        {
            return null;
        }

        try
        {
            foreach (ChunkId id in content.Chunks)
            {
                await LookAsync(id, content.Depth, chunkClass, cancellationToken);
            }

            return null;
        }
        catch (PermanentException e) when (e.Kind == ErrorKind.Repository)
        {
            return Damage.WithoutAdvice(e.Message);
        }
    }

    private async ValueTask LookAsync(ChunkId id, int depth, ChunkClass chunkClass, CancellationToken cancellationToken)
    {
        if (depth > 0)
        {
            foreach (ChunkId below in await set.Chunks.ReadListAsync(id, cancellationToken))
            {
                await LookAsync(below, depth - 1, chunkClass, cancellationToken);
            }
        }
        else if (!set.Index.TryFind(id, lost, out _))
        {
            // It may have moved since; if not, this says why.
            await set.Chunks.ReadChunkAsync(id, chunkClass, cancellationToken);
        }
    }
}
