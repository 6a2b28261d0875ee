using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using AlfrescoBackupFlows.Platform.Processes;
using AlfrescoBackupFlows.Repository.Blobs;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Packs;

namespace AlfrescoBackupFlows.Repository.Runs;

/// <summary>
/// Fills packs and stores full ones in the background. Content, dump and index packs wait for the process's budget;
/// metadata packs have memory of their own, two at most, so that two activities cannot wait for each other. Receipts are
/// for an attempt that comes to no page: see <see cref="PackReceipts"/>. The first fault stops all. Adding is for one
/// caller at a time.
/// </summary>
internal sealed class PackPipeline(SealedBlobs blobs, KeyRing keys, RunChunkIndex runIndex) : IAsyncDisposable
{
    private readonly PackReceipts _receipts = new(blobs, runIndex.Run);
    private readonly CancellationTokenSource _stop = new();
    private readonly FrameCodec _codec = new();
    private readonly List<Task> _uploads = [];
    private readonly Lock _gate = new();
    private ChunkIndexRows _stored = new();
    private readonly ConcurrentBag<NativeBuffer> _readBuffers = [];
    private readonly int _packLength = PackBuilder.TargetFor(blobs.Store.PreferredBlobLength);
    private PackBuilder? _content;
    private PackBuilder? _metadata;
    private Task _metadataUpload = Task.CompletedTask;
    private ExceptionDispatchInfo? _fault;
    private bool _isNamed;

    /// <summary>Rows of chunks that are stored and that <see cref="TakeRows"/> has not given yet.</summary>
    public int RowCount
    {
        get
        {
            lock (_gate)
            {
                return _stored.Count;
            }
        }
    }

    /// <inheritdoc cref="PackReceipts.Every"/>
    public TimeSpan ReceiptsEvery
    {
        get => _receipts.Every;
        set => _receipts.Every = value;
    }

    public void ThrowIfFaulted() => Volatile.Read(ref _fault)?.Throw();

    public async ValueTask AddAsync(
        ChunkClass chunkClass,
        ChunkId id,
        ReadOnlyMemory<byte> plain,
        CancellationToken cancellationToken
    )
    {
        PackBuilder builder =
            chunkClass == ChunkClass.Metadata
                ? await MetadataPackAsync(plain.Length, cancellationToken)
                : await ContentPackAsync(chunkClass, plain.Length, cancellationToken);
        try
        {
            builder.Add(id, plain.Span);
        }
        catch (Exception exception)
        {
            Keep(exception);
            throw;
        }
    }

    /// <summary>A row of a chunk that this run stored earlier.</summary>
    public void Adopt(in ChunkPlace place)
    {
        lock (_gate)
        {
            _stored.Add(place);
        }
    }

    /// <summary>
    /// Rows of chunks that are stored, each given once, for an index blob that no page names yet: their packs have
    /// receipts by then.
    /// </summary>
    public async ValueTask<ChunkIndexRows> TakeRowsAsync(CancellationToken cancellationToken)
    {
        ChunkIndexRows rows = TakeRows();
        await _receipts.WriteAsync(cancellationToken);
        return rows;
    }

    private ChunkIndexRows TakeRows()
    {
        lock (_gate)
        {
            ChunkIndexRows rows = _stored;
            _stored = new ChunkIndexRows();
            return rows;
        }
    }

    /// <summary>
    /// Stores what is open and waits for every upload. Returns the rows that were not taken before, for the page that is
    /// written next.
    /// </summary>
    public async Task<ChunkIndexRows> CompleteAsync(CancellationToken cancellationToken)
    {
        ThrowIfFaulted();
        CloseContent();
        await CloseMetadataAsync(cancellationToken);
        await Task.WhenAll(_uploads).WaitAsync(cancellationToken);
        ThrowIfFaulted();
        return TakeRows();
    }

    /// <summary>There is a page, so that no receipt is needed any more.</summary>
    public void PageIsThere() => _isNamed = true;

    /// <summary>Room for one chunk of 16 MiB; only what is written takes memory.</summary>
    public NativeBuffer RentReadBuffer() =>
        _readBuffers.TryTake(out NativeBuffer? buffer) ? buffer : new NativeBuffer(ChunkLimits.MaxChunkLength);

    public void ReturnReadBuffer(NativeBuffer buffer) => _readBuffers.Add(buffer);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_uploads);
        if (!_isNamed)
        {
            await _receipts.TryWriteAsync();
        }

        _receipts.Dispose();

        if (_content is not null)
        {
            _content.Dispose();
            GiveBack(_content.Buffer);
            _content = null;
        }

        if (_metadata is not null)
        {
            _metadata.Dispose();
            _metadata.Buffer.Free();
            _metadata = null;
        }

        while (_readBuffers.TryTake(out NativeBuffer? buffer))
        {
            buffer.Free();
        }

        _codec.Dispose();
        _stop.Dispose();
    }

    private async ValueTask<PackBuilder> ContentPackAsync(
        ChunkClass chunkClass,
        int length,
        CancellationToken cancellationToken
    )
    {
        if (_content is not null && (_content.Class != chunkClass || !_content.Fits(length)))
        {
            CloseContent();
        }

        if (_content is null)
        {
            NativeBuffer buffer = await PackBudget.Shared.RentAsync(_packLength, cancellationToken);
            _uploads.RemoveAll(upload => upload.IsCompleted);
            _content = new PackBuilder(keys, chunkClass, buffer, _codec, target: _packLength);
        }

        return _content;
    }

    private async ValueTask<PackBuilder> MetadataPackAsync(int length, CancellationToken cancellationToken)
    {
        if (_metadata is not null && !_metadata.Fits(length))
        {
            await CloseMetadataAsync(cancellationToken);
        }

        return _metadata ??= new PackBuilder(
            keys,
            ChunkClass.Metadata,
            new NativeBuffer(PackBuilder.MetadataCapacity),
            _codec
        );
    }

    private void CloseContent()
    {
        if (_content is { } builder)
        {
            FinishedPack pack = Finish(builder);
            _content = null;
            builder.Dispose();
            _uploads.Add(StartStoring(pack, GiveBack));
        }
    }

    private async ValueTask CloseMetadataAsync(CancellationToken cancellationToken)
    {
        if (_metadata is { } builder)
        {
            await _metadataUpload.WaitAsync(cancellationToken);
            FinishedPack pack = Finish(builder);
            _metadata = null;
            builder.Dispose();
            _metadataUpload = StartStoring(pack, buffer => buffer.Free());
            _uploads.Add(_metadataUpload);
        }
    }

    private void GiveBack(NativeBuffer buffer) => PackBudget.Shared.Return(buffer, _packLength);

    private FinishedPack Finish(PackBuilder builder)
    {
        try
        {
            return builder.Finish();
        }
        catch (Exception exception)
        {
            Keep(exception);
            throw;
        }
    }

    /// <summary>
    /// A pack whose sealing failed is in no state to go on with, so that fault stops the writer as one of an upload
    /// does.
    /// </summary>
    private void Keep(Exception exception) =>
        Interlocked.CompareExchange(ref _fault, ExceptionDispatchInfo.Capture(exception), null);

    // Not cancelled before it began: it has a buffer to give back.
    private Task StartStoring(FinishedPack pack, Action<NativeBuffer> giveBack) =>
        Task.Run(() => StoreAsync(pack, giveBack), CancellationToken.None);

    /// <summary>Never throws: a fault is kept and stops the others.</summary>
    private async Task StoreAsync(FinishedPack pack, Action<NativeBuffer> giveBack)
    {
        try
        {
            await PutAsync(pack, giveBack);
            runIndex.AddPack(pack.Entry.Id, pack.Places);
            lock (_gate)
            {
                _stored.Add(pack.Places);
                _receipts.Add(pack);
            }

            if (_receipts.AreDue)
            {
                await _receipts.WriteAsync(_stop.Token);
            }

            NativeHeap.Trim();
        }
        catch (Exception exception)
        {
            // The next call of the writer throws it; a cancellation that follows from it is not kept.
            Keep(exception);
            await _stop.CancelAsync();
        }
    }

    /// <summary>The next pack may be filled while receipts are written.</summary>
    private async Task PutAsync(FinishedPack pack, Action<NativeBuffer> giveBack)
    {
        try
        {
            await blobs.Once.PutAsync(pack.Entry.Id.BlobName, pack.Bytes, _stop.Token);
        }
        finally
        {
            giveBack(pack.Buffer);
        }
    }
}
