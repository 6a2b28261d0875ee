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
internal sealed class PackReceipts(SealedBlobs blobs, RunId run)
{
    /// <summary>What an attempt that ended may still take for its receipts, such as after a cancel.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly Lock _gate = new();
    private readonly List<(PackId Pack, byte[] Rows)> _unwritten = [];
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

    /// <summary>A pack that is in the store.</summary>
    public void Add(FinishedPack pack)
    {
        byte[] rows = ChunkIndexTable.Encode(pack.Places);
        lock (_gate)
        {
            _unwritten.Add((pack.Entry.Id, rows));
        }
    }

    public async ValueTask WriteAsync(CancellationToken cancellationToken)
    {
        (PackId Pack, byte[] Rows)[] due;
        lock (_gate)
        {
            due = [.. _unwritten];
            _unwritten.Clear();
            _since = blobs.Time.GetTimestamp();
        }

        foreach ((PackId pack, byte[] rows) in due)
        {
            await blobs.PutAsync(ObjectType.Receipt, RunNames.Receipt(run, pack), rows, cancellationToken);
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
        catch (AbfException e) when (e.Kind is ErrorKind.Storage or ErrorKind.Repository)
        {
            // Only an upload is lost with it.
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            // The same.
        }
    }
}
