using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository.Garbage;

/// <summary>Deletes blobs and counts what became of them. What the store keeps is no failure.</summary>
internal sealed class BlobDeletions(IBlobStore blobs)
{
    private const int AtOnce = 4096;

    public PruneReport Report { get; private set; } = PruneReport.Nothing;

    /// <summary>What the store kept is tried again, and counts once.</summary>
    public void ForgetKept()
    {
        Report = Report with { LaterBlobs = 0, LaterBytes = 0, LaterFrom = null };
    }

    /// <param name="names">With their lengths.</param>
    /// <param name="keptUntil">Until when the store is known to keep a blob: it is not asked before.</param>
    public async Task RunAsync(
        IEnumerable<(string Name, long Length)> names,
        Func<string, DateTimeOffset?> keptUntil,
        CancellationToken cancellationToken
    )
    {
        foreach ((string Name, long Length)[] together in names.Chunk(AtOnce))
        {
            List<(string Name, long Length)> asked = [];
            foreach ((string name, long length) in together)
            {
                if (keptUntil(name) is { } until)
                {
                    Count(BlobDeletion.Kept(until), length);
                }
                else
                {
                    asked.Add((name, length));
                }
            }

            IReadOnlyList<BlobDeletion> deletions = await blobs.TryDeleteAllAsync(
                [.. asked.Select(blob => blob.Name)],
                cancellationToken
            );
            for (int i = 0; i < asked.Count; i++)
            {
                Count(deletions[i], asked[i].Length);
            }
        }
    }

    private void Count(BlobDeletion deletion, long length)
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
            Report = Report with { FreedBytes = Report.FreedBytes + length, DeletedBlobs = Report.DeletedBlobs + 1 };
        }
    }
}
