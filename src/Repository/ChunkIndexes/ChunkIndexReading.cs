using System.Collections.Immutable;
using AlfrescoBackupFlows.Repository.Cache;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.Packs;

namespace AlfrescoBackupFlows.Repository.ChunkIndexes;

/// <summary>
/// Reads the index blobs of a log state from the store, every one of them, whatever is in a cache. What a lost one held
/// is looked up in the directories of the packs, so a lost blob stops nobody. Memory is bounded. Used once.
/// </summary>
internal sealed class ChunkIndexReading(SealedBlobs blobs, KeyRing keys, string cacheDirectory)
{
    private readonly HashSet<long> _lossyEntries = [];
    private readonly List<(ChunkIndexSummary Index, PackId[] Packs)> _read = [];
    private readonly List<LostChunkIndex> _lost = [];
    private int _unreadablePacks;

    /// <param name="indexes">In the order of the log; those that another replaces are passed over.</param>
    /// <param name="notRead">Packs that are not looked into.</param>
    public async Task<ChunkIndex> LoadAsync(
        IReadOnlyList<ChunkIndexSummary> indexes,
        HashSet<PackId> notRead,
        CancellationToken cancellationToken
    )
    {
        try
        {
            CacheDirectory.Create(cacheDirectory);
            using RowFileBuilder builder = new(cacheDirectory);
            ImmutableArray<ChunkIndexSummary> live = LogState.Live(indexes);
            await ReadAsync(builder, live, cancellationToken);
            RowFile named = builder.Build();
            if (_lost.Count == 0)
            {
                return new ChunkIndex(named, live);
            }

            using (named)
            {
                if (keys.WritesOnly)
                {
                    throw WriteOnly.Fault(
                        $"The repository lost {_lost.Count} index blobs ({_lost[0]}), and the packs that say what they held "
                            + "cannot be opened"
                    );
                }

                RowFile rebuilt = await RebuildAsync(named, notRead, cancellationToken);
                using RowFileBuilder both = new(cacheDirectory);
                both.Add(named, rank: 0);
                both.Add(rebuilt, rank: 1);
                return new ChunkIndex(both.Build(), rebuilt, [.. _lost], _unreadablePacks);
            }
        }
        catch (Exception exception) when (CacheFault.IsFault(exception))
        {
            throw CacheFault.At(cacheDirectory, exception);
        }
    }

    private async Task ReadAsync(
        RowFileBuilder builder,
        ImmutableArray<ChunkIndexSummary> indexes,
        CancellationToken cancellationToken
    )
    {
        int rank = 0;
        ChunkIndexSummary? before = null;
        await foreach (
            (ChunkIndexSummary index, (ChunkIndexTable? rows, bool isMissing)) in ChunkIndexSequence.TryReadAsync(
                blobs,
                indexes,
                cancellationToken
            )
        )
        {
            // One entry's indexes share a rank, so that the pack id decides between them.
            rank += index.Sequence != before?.Sequence ? 1 : 0;
            before = index;
            if (rows is null)
            {
                _lost.Add(new LostChunkIndex(index, isMissing));
                _lossyEntries.Add(index.Sequence);
                continue;
            }

            builder.Add(rows, rank);
            _read.Add((index, [.. rows.Packs.ToArray().Select(pack => pack.Id)]));
        }
    }

    /// <summary>
    /// Places that no index blob names which can be read: those of packs that none names, and of packs whose rows may
    /// stand in a lost one as well.
    /// </summary>
    private async Task<RowFile> RebuildAsync(
        RowFile named,
        HashSet<PackId> notRead,
        CancellationToken cancellationToken
    )
    {
        HashSet<PackId> whole =
        [
            .. _read
                .Where(read =>
                    read.Index is { Replaces.IsDefaultOrEmpty: true, Compacted: false }
                    && !_lossyEntries.Contains(read.Index.Sequence)
                )
                .SelectMany(read => read.Packs),
        ];
        using RowFileBuilder builder = new(cacheDirectory);
        ChunkIndexRows rows = new();
        PackScan scan = new(blobs.Store, keys);
        whole.UnionWith(notRead);
        await foreach (ChunkPlace[] places in scan.ReadAsync(whole.Contains, cancellationToken))
        {
            rows.Add(places.Where(place => !named.Find(place.Id).Contains(place)));
            if (rows.Count >= ChunkIndexBlobs.UsualRows)
            {
                Flush();
            }
        }

        Flush();
        _unreadablePacks = scan.Unreadable;
        return builder.Build();

        void Flush()
        {
            builder.Add(ChunkIndexTable.Decode(rows.Encode(), "packs/"), rank: 1);
            rows.Clear();
        }
    }
}
