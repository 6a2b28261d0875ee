using System.Runtime.CompilerServices;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.ChunkIndexes;

/// <summary>
/// Many index blobs in their order. Those of many nights are short, and waiting for the store is all that they cost: some
/// are read at once, as many as have the rows of one of the usual length together.
/// </summary>
internal static class ChunkIndexSequence
{
    private const int MaxBlobsAtOnce = 16;

    /// <summary>Each with its rows; one that is lost is damage (<see cref="ChunkIndexBlobs.ReadAsync"/>).</summary>
    public static IAsyncEnumerable<(ChunkIndexSummary Index, ChunkIndexTable Rows)> ReadAsync(
        SealedBlobs blobs,
        IReadOnlyList<ChunkIndexSummary> indexes,
        CancellationToken cancellationToken
    ) =>
        ReadAsync(
            indexes,
            async index => (await ChunkIndexBlobs.ReadAsync(blobs, index.ToBlob(), cancellationToken)).Rows,
            cancellationToken
        );

    /// <summary>Each with its rows, or whether it is missing (<see cref="ChunkIndexBlobs.TryReadAsync"/>).</summary>
    public static IAsyncEnumerable<(
        ChunkIndexSummary Index,
        (ChunkIndexTable? Rows, bool IsMissing) Read
    )> TryReadAsync(SealedBlobs blobs, IReadOnlyList<ChunkIndexSummary> indexes, CancellationToken cancellationToken) =>
        ReadAsync(
            indexes,
            index => ChunkIndexBlobs.TryReadAsync(blobs, index.ToBlob(), cancellationToken),
            cancellationToken
        );

    private static async IAsyncEnumerable<(ChunkIndexSummary Index, T Read)> ReadAsync<T>(
        IReadOnlyList<ChunkIndexSummary> indexes,
        Func<ChunkIndexSummary, Task<T>> read,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        for (int first = 0; first < indexes.Count; )
        {
            cancellationToken.ThrowIfCancellationRequested();
            ChunkIndexSummary[] together = [.. indexes.Skip(first).Take(CountTogether(indexes, first))];
            T[] results = await Task.WhenAll(together.Select(read));
            for (int i = 0; i < together.Length; i++)
            {
                yield return (together[i], results[i]);
            }

            first += together.Length;
        }
    }

    private static int CountTogether(IReadOnlyList<ChunkIndexSummary> indexes, int first)
    {
        int count = 1;
        long rows = indexes[first].Rows;
        while (count < Math.Min(indexes.Count - first, MaxBlobsAtOnce))
        {
            rows += indexes[first + count].Rows;
            if (rows > ChunkIndexBlobs.UsualRows)
            {
                break;
            }

            count++;
        }

        return count;
    }
}
