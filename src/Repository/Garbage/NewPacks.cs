using AlfrescoBackupFlows.Repository.Blobs;
using AlfrescoBackupFlows.Repository.Cache;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.Packs;

namespace AlfrescoBackupFlows.Repository.Garbage;

/// <summary>
/// Packs that a collector writes, and index blobs that name them. Nothing counts before a log entry names the index
/// blobs. One pack is in memory at a time; for one thread at a time.
/// </summary>
internal sealed class NewPacks(BackupRepository repository) : IDisposable
{
    private readonly FrameCodec _codec = new();
    private readonly ChunkIndexRows _pending = new();
    private readonly List<ChunkIndexBlob> _indexes = [];
    private readonly HashSet<PackId> _packs = [];
    private NativeBuffer? _buffer;
    private PackBuilder? _builder;
    private RowFileBuilder? _rowsBuilder;
    private PackId? _below;
    private uint? _generation;

    /// <summary>Packs that were written.</summary>
    public IReadOnlySet<PackId> Packs => _packs;

    /// <summary>
    /// Whether what was written is sealed under keys that are the newest still. Older ones may have been dropped, and
    /// then nobody opens it.
    /// </summary>
    private bool IsOfNewestKeys =>
        _generation is not { } generation || generation == repository.Ring.CurrentGeneration(KeyClass.Metadata);

    /// <summary>
    /// Whether all that was written lies in the store, is not given up, and is sealed under the newest keys. Another
    /// collector takes what no log entry names yet for garbage.
    /// </summary>
    public bool IsWholeIn(LogState state, StoreListing store)
    {
        HashSet<string> tombstoned = new(state.Tombstones, StringComparer.Ordinal);
        return IsOfNewestKeys
            && _packs.All(pack => store.Packs.ContainsKey(pack) && !tombstoned.Contains(pack.BlobName))
            && _indexes.All(index => store.Indexes.ContainsKey(index.Id) && !tombstoned.Contains(index.Id.BlobName));
    }

    /// <summary>Index blobs that have every row of these packs, once it is complete.</summary>
    public IReadOnlyList<ChunkIndexBlob> Indexes => _indexes;

    /// <summary>The rows of all that was completed; null where there are none.</summary>
    public RowFile? Rows { get; private set; }

    /// <summary>Bytes of the packs.</summary>
    public long Bytes { get; private set; }

    /// <param name="below">The id of the chunk's pack is lower than this one; null: any.</param>
    public async ValueTask AddAsync(
        ChunkClass chunkClass,
        ChunkId id,
        ReadOnlyMemory<byte> plain,
        PackId? below,
        CancellationToken cancellationToken
    )
    {
        if (_builder is not null && (_builder.Class != chunkClass || _below != below || !_builder.Fits(plain.Length)))
        {
            await StoreAsync(cancellationToken);
        }

        if (_builder is null)
        {
            _generation ??= repository.Ring.CurrentGeneration(KeyClass.Metadata);
            _buffer = new NativeBuffer(
                chunkClass == ChunkClass.Metadata ? PackBuilder.MetadataCapacity : PackBuilder.ContentCapacity
            );
            _builder = new PackBuilder(repository.Ring, chunkClass, _buffer, _codec, below);
            _below = below;
        }

        _builder.Add(id, plain.Span);
    }

    /// <summary>All that was added is stored, and named. More may be added afterwards.</summary>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        if (_builder is not null)
        {
            await StoreAsync(cancellationToken);
        }

        await FlushRowsAsync(cancellationToken);
        if (_rowsBuilder is null)
        {
            return;
        }

        RowFile built = _rowsBuilder.Build();
        Rows?.Dispose();
        Rows = built;
        _rowsBuilder.Dispose();
        _rowsBuilder = null;
    }

    public void Dispose()
    {
        Free();
        _rowsBuilder?.Dispose();
        Rows?.Dispose();
        _codec.Dispose();
    }

    private async Task StoreAsync(CancellationToken cancellationToken)
    {
        FinishedPack pack = _builder!.Finish();
        await repository.Blobs.Once.PutAsync(pack.Entry.Id.BlobName, pack.Bytes, cancellationToken);
        _packs.Add(pack.Entry.Id);
        Bytes += pack.Entry.Length;
        _pending.Add(pack.Places);
        Free();
        if (_pending.Count >= ChunkIndexBlobs.UsualRows)
        {
            await FlushRowsAsync(cancellationToken);
        }
    }

    private async Task FlushRowsAsync(CancellationToken cancellationToken)
    {
        if (_pending.Count == 0)
        {
            return;
        }

        if (_rowsBuilder is null)
        {
            CacheDirectory.Create(repository.CacheDirectory);
            _rowsBuilder = new RowFileBuilder(repository.CacheDirectory);
            if (Rows is not null)
            {
                _rowsBuilder.Add(Rows, rank: 0);
            }
        }

        _rowsBuilder.Add(ChunkIndexTable.Decode(_pending.Encode(), "rows of new packs"), rank: 0);
        (ChunkIndexBlob index, _) = await ChunkIndexBlobs.WriteAsync(repository.Blobs, _pending, cancellationToken);
        _indexes.Add(index);
        _pending.Clear();
    }

    private void Free()
    {
        _builder?.Dispose();
        _buffer?.Free();
        (_builder, _buffer) = (null, null);
    }
}
