using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository.Garbage;

/// <summary>Deletes blobs, some at once, and counts what became of them. What the store keeps is no failure.</summary>
internal sealed class BlobDeletions(IBlobStore blobs)
{
    private const int Parallelism = 8;

    private readonly Lock _gate = new();

    public PruneReport Report { get; private set; } = PruneReport.Nothing;

    /// <summary>What the store kept is tried again, and counts once.</summary>
    public void ForgetKept()
    {
        lock (_gate)
        {
            Report = Report with { LaterBlobs = 0, LaterBytes = 0, LaterFrom = null };
        }
    }

    /// <param name="names">With their lengths.</param>
    /// <param name="keptUntil">Until when the store is known to keep a blob: it is not asked before.</param>
    public Task RunAsync(
        IEnumerable<(string Name, long Length)> names,
        Func<string, DateTimeOffset?> keptUntil,
        CancellationToken cancellationToken
    ) =>
        Parallel.ForEachAsync(
            names,
            new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken },
            async (item, token) =>
                Count(
                    keptUntil(item.Name) is { } until
                        ? BlobDeletion.Kept(until)
                        : await blobs.TryDeleteAsync(item.Name, token),
                    item.Length
                )
        );

    private void Count(BlobDeletion deletion, long length)
    {
        lock (_gate)
        {
            if (!deletion.IsGone)
            {
                Report = Report with
                {
                    LaterBlobs = Report.LaterBlobs + 1,
                    LaterBytes = Report.LaterBytes + length,
                    LaterFrom =
                        deletion.Until is { } until && (Report.LaterFrom is not { } first || until < first)
                            ? until
                            : Report.LaterFrom,
                };
            }
            else if (deletion.WasThere)
            {
                Report = Report with
                {
                    FreedBytes = Report.FreedBytes + length,
                    DeletedBlobs = Report.DeletedBlobs + 1,
                };
            }
        }
    }
}
