using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using AlfrescoBackupFlows.Repository.Blobs;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Packs;
using AlfrescoBackupFlows.Repository.Runs;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository;

/// <summary>
/// What one activity writes. The flow of data: plain bytes → id (keyed hash) → known? (own, run, sets) → frame
/// (compress, seal, prove) → pack in memory → upload in the background → run index; now and then receipts; and at the end
/// the result page, if absent. The first fault stops all and is thrown by every later call. Disposal without a page
/// leaves nothing behind but packs and their receipts.
/// </summary>
/// <remarks>
/// Methods may be called concurrently by the parts of the one activity; calls that add are taken one at a time. A
/// writer fills at most one pack of the classes content, dump and index, so a change between these closes the pack.
/// </remarks>
public sealed class RunWriter : IChunkWriter, IContentWriter, IAsyncDisposable
{
    /// <summary>More rows than this are stored once, as an index blob that the page names, and not in both.</summary>
    private const int MaxPageRows = 4096;

    private readonly SealedBlobs _blobs;
    private readonly ChunkKeys _chunkKeys;
    private readonly ChunkIndex _index;
    private readonly RunChunkIndex _runIndex;
    private readonly LostPacks _lost;
    private readonly string _page;
    private readonly PackPipeline _pipeline;
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Chunks of packs on their way, and those whose rows are not stored yet.</summary>
    private readonly HashSet<ChunkId> _own = [];
    private readonly List<ChunkIndexBlob> _indexes = [];

    /// <summary>The last rows; null until everything is stored.</summary>
    private ChunkIndexRows? _rows;

    internal RunWriter(
        SealedBlobs blobs,
        KeyRing keys,
        ChunkKeys chunkKeys,
        ChunkIndex index,
        RunChunkIndex runIndex,
        LostPacks lost,
        string page
    )
    {
        _blobs = blobs;
        _chunkKeys = chunkKeys;
        _index = index;
        _runIndex = runIndex;
        _lost = lost;
        _page = RunNames.Page(runIndex.Run, page);
        _pipeline = new PackPipeline(blobs, keys, runIndex);
    }

    /// <summary>
    /// As soon as so many rows have gathered they are stored as an index blob of their own: memory is bounded, however
    /// many chunks the activity adds.
    /// </summary>
    internal int RowsPerBlob { get; set; } = ChunkIndexBlobs.UsualRows;

    /// <summary>Work that a kill may undo: what was stored is known to the next attempt at least so often.</summary>
    internal TimeSpan ReceiptsEvery
    {
        get => _pipeline.ReceiptsEvery;
        set => _pipeline.ReceiptsEvery = value;
    }

    /// <summary>
    /// Stores a chunk of 1 byte to 16 MiB, or finds it stored. The bytes are the caller's again when the call returns.
    /// </summary>
    public async ValueTask<ChunkId> AddChunkAsync(
        ChunkClass chunkClass,
        ReadOnlyMemory<byte> plain,
        CancellationToken cancellationToken
    )
    {
        if (plain.Length is 0 or > ChunkLimits.MaxChunkLength)
        {
            throw new ArgumentException(
                $"A chunk has 1 to {ChunkLimits.MaxChunkLength} bytes, not {plain.Length}.",
                nameof(plain)
            );
        }

        ChunkId id = _chunkKeys.IdOf(chunkClass, plain.Span);
        await _turn.WaitAsync(cancellationToken);
        try
        {
            _pipeline.ThrowIfFaulted();
            await FlushRowsAsync(cancellationToken);
            if (IsStored(id))
            {
                return id;
            }

            await _pipeline.AddAsync(chunkClass, id, plain, cancellationToken);
            _own.Add(id);
            return id;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public Task<ContentRef> WriteAsync(ChunkClass chunkClass, Stream bytes, CancellationToken cancellationToken) =>
        chunkClass is ChunkClass.Dump or ChunkClass.Metadata
            ? WriteCutAsync(chunkClass, bytes, cancellationToken)
            : WriteFixedAsync(chunkClass, bytes, cancellationToken);

    /// <summary>A stream whose bytes are cut by content and stored as chunks of a class.</summary>
    public ContentStream CreateStream(ChunkClass chunkClass) => new ChunkStream(this, chunkClass, _chunkKeys);

    public ulong SegmentHash(ReadOnlySpan<byte> path) => _chunkKeys.SegmentHash(path);

    /// <summary>
    /// Waits until everything is stored. The result as JSON where this activity added no chunk and relies on none of its
    /// run, so that no set will need its page; null where it did, or the JSON is longer.
    /// </summary>
    /// <param name="most">Bytes.</param>
    public async Task<byte[]?> TryKeepPageAsync<T>(
        T result,
        JsonTypeInfo<T> type,
        int most,
        CancellationToken cancellationToken
    )
        where T : class
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            _rows ??= await _pipeline.CompleteAsync(cancellationToken);
            byte[] json = JsonSerializer.SerializeToUtf8Bytes(result, type);
            return _rows.Count == 0 && _indexes.Count == 0 && json.Length <= most ? json : null;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>
    /// Waits until everything is stored, then creates the result page, with the rows of all chunks that this activity
    /// has added or relies upon. Where the page exists already, its result counts and is returned; what this writer
    /// stored is then used by nobody.
    /// </summary>
    public async Task<T> CommitPageAsync<T>(T result, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            // Kept, so that a second call after a failed write still has them.
            ChunkIndexRows rows = _rows ??= await _pipeline.CompleteAsync(cancellationToken);
            if (rows.Count > MaxPageRows)
            {
                _indexes.Add((await ChunkIndexBlobs.WriteAsync(_blobs, rows, cancellationToken)).Index);
                _rows = rows = new ChunkIndexRows();
            }

            byte[] plain = PageContent.Encode(result, type, _indexes, rows);
            PutOutcome outcome = await _blobs.CreateAsync(ObjectType.Page, _page, plain, cancellationToken);
            _pipeline.PageIsThere();
            if (outcome == PutOutcome.Created)
            {
                _runIndex.AddOwnPage(PageContent.Decode(plain, _page));
                return result;
            }

            PageContent winner = await RunPages.ReadAsync(_blobs, _page, cancellationToken);
            await _runIndex.AddPageAsync(winner, cancellationToken);
            return winner.Result(type);
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _pipeline.DisposeAsync();
        _turn.Dispose();
    }

    private bool IsStored(ChunkId id)
    {
        if (_own.Contains(id) || _index.TryFind(id, _lost, out _))
        {
            return true;
        }

        if (!_runIndex.TryFind(id, out ChunkPlace place))
        {
            return false;
        }

        // The place may be known from a receipt alone, and only pages make it into the set: so this page names it as
        // well.
        _own.Add(id);
        _pipeline.Adopt(place);
        return true;
    }

    /// <summary>
    /// The blob counts only once the page names it: of an attempt that comes to no page it is left behind, and its
    /// packs are found again by their receipts. A chunk of it that comes again is adopted again, which costs a row.
    /// </summary>
    private async ValueTask FlushRowsAsync(CancellationToken cancellationToken)
    {
        if (_pipeline.RowCount < RowsPerBlob)
        {
            return;
        }

        ChunkIndexRows rows = await _pipeline.TakeRowsAsync(cancellationToken);
        (ChunkIndexBlob index, _) = await ChunkIndexBlobs.WriteAsync(_blobs, rows, cancellationToken);
        _indexes.Add(index);
        rows.RemoveFrom(_own);
    }

    private async Task<ContentRef> WriteFixedAsync(
        ChunkClass chunkClass,
        Stream bytes,
        CancellationToken cancellationToken
    )
    {
        ContentRefBuilder content = new(this);
        NativeBuffer buffer = _pipeline.RentReadBuffer();
        try
        {
            while (true)
            {
                int length = await bytes.ReadAtLeastAsync(
                    buffer.Memory,
                    buffer.Capacity,
                    throwOnEndOfStream: false,
                    cancellationToken
                );
                if (length > 0)
                {
                    ChunkId id = await AddChunkAsync(chunkClass, buffer.Memory[..length], cancellationToken);
                    await content.AddAsync(id, length, cancellationToken);
                }

                if (length < buffer.Capacity)
                {
                    return await content.CompleteAsync(cancellationToken);
                }
            }
        }
        finally
        {
            _pipeline.ReturnReadBuffer(buffer);
        }
    }

    private async Task<ContentRef> WriteCutAsync(
        ChunkClass chunkClass,
        Stream bytes,
        CancellationToken cancellationToken
    )
    {
        await using ChunkStream stream = new(this, chunkClass, _chunkKeys);
        while (await bytes.ReadAsync(stream.GetRoom(), cancellationToken) is var count && count > 0)
        {
            await stream.AdvanceAsync(count, cancellationToken);
        }

        return await stream.CompleteAsync(cancellationToken);
    }
}
