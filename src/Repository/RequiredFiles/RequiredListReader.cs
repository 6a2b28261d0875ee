using System.Runtime.CompilerServices;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.RequiredFiles;

/// <summary>
/// Reads a list of required files, whole or a range of paths, in constant memory. What breaks a rule of the format is a
/// <see cref="PermanentException"/> of kind Repository. Remembers places that it has passed: a range is read from the
/// last one before it. Thread-safe.
/// </summary>
public sealed class RequiredListReader(IChunkSource chunks, ContentRef list)
{
    private readonly RequiredMarks _marks = new();

    public IAsyncEnumerable<RequiredFile> ReadAsync(CancellationToken cancellationToken) =>
        ReadAsync(PathRange.All, cancellationToken);

    public async IAsyncEnumerable<RequiredFile> ReadAsync(
        PathRange range,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await using RequiredRecords records = new(chunks, list, _marks.FindLast(range));
        while (await records.MoveNextAsync(cancellationToken))
        {
            if (range.EndsBefore(records.Path))
            {
                yield break;
            }

            if (!range.StartsAfter(records.Path))
            {
                yield return records.ToFile();
            }

            if (_marks.Wants(records.Offset))
            {
                _marks.Add(records.ToMark());
            }
        }
    }
}

/// <summary>A place in a list of required files from where it can be read on.</summary>
/// <param name="Chunk">The chunk that holds the next record's first byte.</param>
/// <param name="Offset">The next record's first byte in the list.</param>
/// <param name="Path">The path of the record before.</param>
/// <param name="Id">The id of the record before.</param>
internal sealed record RequiredMark(ChunkPosition Chunk, long Offset, byte[] Path, long Id);

/// <summary>
/// Places of a list of required files, one for about each mebibyte that somebody has read: some 200 bytes for 20,000
/// files. Thread-safe.
/// </summary>
internal sealed class RequiredMarks
{
    private const long Distance = 1 << 20;

    private readonly Lock _gate = new();
    private readonly List<RequiredMark> _marks = [];

    /// <summary>Whether a record that begins at <paramref name="offset"/> is worth a mark.</summary>
    public bool Wants(long offset)
    {
        lock (_gate)
        {
            return offset >= (_marks.Count == 0 ? 0 : _marks[^1].Offset) + Distance;
        }
    }

    public void Add(RequiredMark mark)
    {
        lock (_gate)
        {
            if (Wants(mark.Offset))
            {
                _marks.Add(mark);
            }
        }
    }

    /// <summary>The last mark with nothing of the range before it; null: only the start of the list will do.</summary>
    public RequiredMark? FindLast(PathRange range)
    {
        lock (_gate)
        {
            int low = 0;
            for (int high = _marks.Count; low < high; )
            {
                int middle = (low + high) / 2;
                (low, high) = range.StartsAfter(_marks[middle].Path) ? (middle + 1, high) : (low, middle);
            }

            return low == 0 ? null : _marks[low - 1];
        }
    }
}
