using System.Runtime.CompilerServices;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Repository.Listings;

namespace AlfrescoBackupFlows.Flows.Restore.Targets;

/// <summary>
/// The entries of a range, in batches that take little memory, until the budget is spent: the larger a batch, the more
/// of it lies together in the packs, copies of one file included.
/// </summary>
/// <param name="maxEntries">Of one batch.</param>
/// <param name="takes">Which entries; others are passed over.</param>
internal sealed class EntryBatches(
    ReadableListing listing,
    StepBudget budget,
    int maxEntries,
    Func<ListingEntry, bool> takes
)
{
    /// <summary>Of the files of one batch; but one alone may be longer.</summary>
    public const long MaxBytes = 1L << 30;

    /// <summary>Of one batch, where no other range is restored at the same time.</summary>
    public const int MaxEntries = 16_384;

    /// <summary>Of several ranges, each.</summary>
    public const int MaxEntriesOfMany = 4096;

    /// <summary>The first entry that is in no batch; null where the range came to its end.</summary>
    public byte[]? Next { get; private set; }

    /// <summary>Of all batches that are done.</summary>
    public RestoredBatch Total { get; } = new();

    /// <returns>False where it was broken off: it is the first of the next step, which counts what is in place.</returns>
    public bool Done(IReadOnlyList<ListingEntry> entries, RestoredBatch batch)
    {
        if (batch.IsBrokenOff)
        {
            Next = entries[0].Path;
            return false;
        }

        Total.Add(batch);
        budget.Read(batch.BytesWritten, batch.FilesWritten);
        return true;
    }

    public async IAsyncEnumerable<IReadOnlyList<ListingEntry>> ReadAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var batch = new List<ListingEntry>();
        long bytes = 0;
        await foreach (ListingEntry entry in listing.ReadAsync(cancellationToken))
        {
            budget.Listed();
            if (budget.IsSpent(atSegmentEnd: true))
            {
                Next = entry.Path;
                break;
            }

            if (!takes(entry))
            {
                continue;
            }

            if (batch.Count > 0 && (bytes + entry.Length > MaxBytes || batch.Count == maxEntries))
            {
                yield return batch;
                (batch, bytes) = ([], 0);
            }

            batch.Add(entry);
            bytes += entry.Length;
        }

        if (batch.Count > 0)
        {
            yield return batch;
        }
    }
}
