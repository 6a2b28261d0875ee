using System.Runtime.CompilerServices;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Repository.Listings;

namespace AlfrescoBackupFlows.Flows.Restore.Targets;

/// <summary>
/// The entries of a range, in batches that take little memory and few open directories, until the budget is spent. One
/// reads the batches; whoever is done with one says so from any thread.
/// </summary>
/// <param name="takes">Which entries; others are passed over.</param>
internal sealed class EntryBatches(ReadableListing listing, StepBudget budget, Func<ListingEntry, bool> takes)
{
    /// <summary>A file that is longer is not read together with others.</summary>
    public const long MaxBytes = 4 << 20;

    private const int MaxEntries = 4096;
    private const int MaxDirectories = 64;

    private readonly Lock _gate = new();

    /// <summary>The first entry that is in no batch; null where the range came to its end.</summary>
    public byte[]? Next { get; private set; }

    /// <summary>Of all batches that are done.</summary>
    public RestoredBatch Total { get; } = new();

    public void Done(RestoredBatch batch)
    {
        lock (_gate)
        {
            Total.Add(batch);
            budget.Read(batch.BytesWritten, batch.FilesWritten);
        }
    }

    public async IAsyncEnumerable<IReadOnlyList<ListingEntry>> ReadAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var batch = new List<ListingEntry>();
        long bytes = 0;
        int directories = 1;
        await foreach (ListingEntry entry in listing.ReadAsync(cancellationToken))
        {
            if (IsSpent())
            {
                Next = entry.Path;
                break;
            }

            if (!takes(entry))
            {
                continue;
            }

            bool isNewDirectory = entry.IsDirectory || !IsBeside(batch, entry);
            bool isFull =
                bytes + entry.Length > MaxBytes
                || batch.Count == MaxEntries
                || (isNewDirectory && directories == MaxDirectories);
            if (isFull && batch.Count > 0)
            {
                yield return batch;
                (batch, bytes, directories) = ([], 0, 0);
            }

            batch.Add(entry);
            bytes += entry.Length;
            directories += isNewDirectory ? 1 : 0;
        }

        if (batch.Count > 0)
        {
            yield return batch;
        }
    }

    private static bool IsBeside(List<ListingEntry> batch, ListingEntry entry)
    {
        if (batch.Count == 0)
        {
            return false;
        }

        ReadOnlySpan<byte> last = batch[^1].IsDirectory ? batch[^1].Path : batch[^1].Directory();
        return last.SequenceEqual(entry.Directory());
    }

    private bool IsSpent()
    {
        lock (_gate)
        {
            budget.Listed();
            return budget.IsSpent(atSegmentEnd: true);
        }
    }
}
