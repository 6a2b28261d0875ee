using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository.Mirroring;

/// <summary>Which log entries a store has, by their names: the newest last.</summary>
internal sealed class MirroredLog
{
    private readonly SortedDictionary<long, BlobItem> _entries;
    private readonly Dictionary<long, RememberedHead> _heads = [];

    private MirroredLog(IBlobStore blobs, SortedDictionary<long, BlobItem> entries, long end, long[] behind) =>
        (Blobs, _entries, Newest, End, Behind) = (
            blobs,
            entries,
            entries.Count == 0 ? -1 : entries.Keys.Last(),
            end,
            behind
        );

    public IBlobStore Blobs { get; }

    /// <summary>Sequence of the newest entry; -1 where there is none.</summary>
    public long Newest { get; }

    /// <summary>
    /// Last sequence of those that have a name, from 0 on without a gap; -1 where there is none. A blob that is no entry
    /// has its place in the log as well: who writes goes on behind it.
    /// </summary>
    public long End { get; }

    /// <summary>Sequences behind a gap, from the oldest on: anybody may have put a name there.</summary>
    public IReadOnlyList<long> Behind { get; }

    /// <summary>Names from 0 to <see cref="End"/> that are too long for entries.</summary>
    public long TooLong => End + 1 - _entries.Keys.Count(sequence => sequence <= End);

    /// <summary>From the oldest on.</summary>
    public IEnumerable<KeyValuePair<long, BlobItem>> Entries => _entries;

    public static async Task<MirroredLog> ListAsync(IBlobStore blobs, CancellationToken cancellationToken)
    {
        SortedDictionary<long, BlobItem> entries = [];
        List<long> names = [];
        await foreach (BlobItem item in MirroredNames.Log.ListAsync(blobs, cancellationToken))
        {
            if (LogNames.TryParse(item.Name, out long sequence))
            {
                names.Add(sequence);
                if (item.Length <= MirroredNames.Log.MaxLength)
                {
                    entries[sequence] = item;
                }
            }
        }

        names.Sort();
        int count = 0;
        while (count < names.Count && names[count] == count)
        {
            count++;
        }

        return new MirroredLog(blobs, entries, count - 1, [.. names.Skip(count)]);
    }

    /// <summary>The same without what lies behind a gap.</summary>
    public MirroredLog UpToEnd() =>
        new(
            Blobs,
            new SortedDictionary<long, BlobItem>(_entries.Where(entry => entry.Key <= End).ToDictionary()),
            End,
            [.. Behind]
        );

    public bool Has(long sequence) => _entries.ContainsKey(sequence);

    /// <summary>An entry by its sequence; null where there is none.</summary>
    public BlobItem? Find(long sequence) => _entries.GetValueOrDefault(sequence);

    /// <summary>The hash of an entry's blob, as a remembered head has it; each is read once.</summary>
    public async Task<RememberedHead> HeadAsync(long sequence, CancellationToken cancellationToken)
    {
        if (!_heads.TryGetValue(sequence, out RememberedHead? head))
        {
            head = _heads[sequence] = await ReadHeadAsync(sequence, cancellationToken);
        }

        return head;
    }

    private async Task<RememberedHead> ReadHeadAsync(long sequence, CancellationToken cancellationToken)
    {
        BlobItem item = _entries[sequence];
        using CopyMemory memory = new();
        using CopyMemory.Room room = await memory.RentAsync((int)item.Length, cancellationToken);
        int read = await Blobs.ReadAsync(item.Name, 0, room.Memory, cancellationToken) ?? 0;
        return read == item.Length
            ? new RememberedHead(sequence, Log.LogReader.Hash(room.Memory.Span))
            : throw new TransientException(
                ErrorKind.Storage,
                $"{Blobs.Location} says that '{item.Name}' has {item.Length} bytes and gives {read}. Try again."
            );
    }

    /// <summary>Whether an entry that was seen before is still there as it was.</summary>
    /// <returns>How it is not, the end of a sentence; null where it is.</returns>
    public async Task<string?> LacksAsync(RememberedHead? seen, CancellationToken cancellationToken) =>
        seen is null ? null
        : !Has(seen.Sequence)
            ? (Newest < 0 ? "it has no log" : $"its log ends at entry {Newest}")
                + $", but entry {seen.Sequence} was seen in it before"
        : (await HeadAsync(seen.Sequence, cancellationToken)).Sha256 != seen.Sha256
            ? $"its log has another entry {seen.Sequence} than was seen in it before"
        : null;
}
