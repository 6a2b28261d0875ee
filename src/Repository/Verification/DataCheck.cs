using System.Collections.Concurrent;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Packs;

namespace AlfrescoBackupFlows.Repository.Verification;

/// <summary>
/// Reads packs whole and recomputes the id of every chunk. A pack is proven when as many of its chunks stand where the
/// index says as the index has places in it: no list of chunks is kept.
/// </summary>
internal sealed class DataCheck(BackupRepository repository, ChunkIndex index, PackInventory packs)
{
    /// <summary>A pack takes up to 64 MiB while it is read.</summary>
    private const int PacksAtOnce = 2;

    /// <summary>Places by pack; counted at the first call.</summary>
    private int[]? _expected;

    /// <returns>What was found, and the packs of which something is damaged.</returns>
    public async Task<(VerifyReport Report, IReadOnlySet<PackId> Damaged)> RunAsync(
        IEnumerable<PackEntry> wanted,
        Action<PackEntry>? done,
        CancellationToken cancellationToken
    )
    {
        int[] expected = _expected ??= CountPlaces();
        Findings findings = new();
        ConcurrentDictionary<PackId, bool> damaged = new();
        long read = 0;
        long bytes = 0;
        ParallelOptions options = new() { MaxDegreeOfParallelism = PacksAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(
            wanted.Where(packs.IsWhole),
            options,
            async (pack, token) =>
            {
                try
                {
                    PackContents contents = await repository.ReadPackAsync(pack, token);
                    int proven = contents.Chunks.Count(chunk => index.Find(chunk.Id).Contains(chunk));
                    if (proven != expected[packs.NumberOf(pack)])
                    {
                        damaged.TryAdd(pack.Id, true);
                        findings.Error(
                            null,
                            $"Pack '{pack.Id.BlobName}' has {proven} chunks where the index says, not "
                                + $"{expected[packs.NumberOf(pack)]}.",
                            pack.Id.BlobName
                        );
                    }
                }
                catch (PermanentException exception) when (exception.Kind == ErrorKind.Repository)
                {
                    damaged.TryAdd(pack.Id, true);
                    findings.Error(null, exception.Message, pack.Id.BlobName);
                }

                Interlocked.Increment(ref read);
                Interlocked.Add(ref bytes, pack.Length);
                done?.Invoke(pack);
            }
        );
        VerifyReport report = findings.Report(VerifyTotals.None with { PacksRead = read, BytesRead = bytes });
        return (report, damaged.Keys.ToHashSet());
    }

    private int[] CountPlaces()
    {
        int[] counts = new int[index.Packs.Count];
        foreach (ChunkPlace place in index.Places)
        {
            counts[packs.NumberOf(place.Pack)]++;
        }

        return counts;
    }
}
