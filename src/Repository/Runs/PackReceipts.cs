using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Packs;

namespace AlfrescoBackupFlows.Repository.Runs;

/// <summary>
/// Receipts of the packs of one activity, which the next attempt need not upload again. The result page names all packs,
/// so an activity that comes to its page soon writes none: they are written when the work since the last ones would be a
/// loss, and by an activity that ends without a page. One that is killed loses what it stored in the time between.
/// Thread-safe.
/// </summary>
internal sealed class PackReceipts(SealedBlobs blobs, RunId run) : IDisposable
{
    /// <summary>What an attempt that ended may still take for its receipts, such as after a cancel.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _writing = new(1);
    private readonly Queue<(PackEntry Pack, PackDirectory Directory)> _unwritten = new();
    private long _since = blobs.Time.GetTimestamp();

    /// <summary>Work that may be lost to a kill.</summary>
    public TimeSpan Every { get; set; } = TimeSpan.FromSeconds(30);

    public bool AreDue
    {
        get
        {
            lock (_gate)
            {
                return blobs.Time.GetElapsedTime(_since) >= Every;
            }
        }
    }

    /// <summary>A pack that is in the store. Its rows are encoded when they are written: most never are.</summary>
    public void Add(FinishedPack pack)
    {
        lock (_gate)
        {
            _unwritten.Enqueue((pack.Entry, pack.Directory));
        }
    }

    /// <summary>
    /// Those of all packs that were added before are there when it returns, also where another call is writing some. One
    /// that could not be written is left for the next call.
    /// </summary>
    public async ValueTask WriteAsync(CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            lock (_gate)
            {
                _since = blobs.Time.GetTimestamp();
            }

            while (TryPeek(out (PackEntry Pack, PackDirectory Directory) next))
            {
                // One that is there already is from a request that was cancelled on its way back.
                await blobs.CreateAsync(
                    ObjectType.Receipt,
                    RunNames.Receipt(run, next.Pack.Id),
                    ChunkIndexTable.Encode(next.Directory.PlacesIn(next.Pack)),
                    cancellationToken
                );
                lock (_gate)
                {
                    _unwritten.Dequeue();
                }
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    private bool TryPeek(out (PackEntry Pack, PackDirectory Directory) next)
    {
        lock (_gate)
        {
            return _unwritten.TryPeek(out next);
        }
    }

    /// <summary>
    /// For an attempt that ends without a page, whose own fault is told by who saw it: where the store does not take a
    /// receipt either, its pack is uploaded again.
    /// </summary>
    public async ValueTask TryWriteAsync()
    {
        using var patience = new CancellationTokenSource(s_patience, blobs.Time);
        try
        {
            await WriteAsync(patience.Token);
        }
        catch (AbfException)
        {
            // Only an upload is lost with it.
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            // The same.
        }
    }

    public void Dispose() => _writing.Dispose();
}
