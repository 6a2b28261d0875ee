using System.Runtime.CompilerServices;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.RequiredFiles;

/// <summary>
/// Reads a list of required files by its table of segments: which there are, and the records of one. What breaks a rule of
/// the format is a <see cref="PermanentException"/> of kind Repository.
/// </summary>
public sealed class RequiredSegmentReader(IChunkSource chunks, ContentRef table)
{
    private const string What = "a table of segments of required files";
    private const int MaxRowBytes = (2 * (PathOrder.MaxPathBytes + 3)) + ChunkId.Size + 40;

    public async IAsyncEnumerable<RequiredSegment> ReadRowsAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await using RecordStream stream = new(chunks.OpenRead(table, ChunkClass.Metadata), MaxRowBytes);
        await stream.BeginAsync(RequiredSegmentTable.Version, What, cancellationToken);
        byte[]? last = null;
        while (await stream.FillAsync(cancellationToken))
        {
            (RequiredSegment row, int length) = ReadRow(stream.Buffered, last);
            stream.Advance(length);
            last = row.Last;
            yield return row;
        }
    }

    /// <summary>Reads the table to its end, and nothing else.</summary>
    /// <exception cref="PermanentException">Repository: it is lost or damaged.</exception>
    public async Task RequireTableAsync(CancellationToken cancellationToken)
    {
        await foreach (RequiredSegment _ in ReadRowsAsync(cancellationToken))
        {
            // Reading is the check.
        }
    }

    /// <summary>The records in the range, in the order of the list; of the list only their segments are read.</summary>
    public async IAsyncEnumerable<RequiredFile> ReadAsync(
        PathRange range,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await foreach (RequiredSegment segment in ReadRowsAsync(cancellationToken))
        {
            if (range.EndsBefore(segment.First))
            {
                yield break;
            }

            if (range.StartsAfter(segment.Last))
            {
                continue;
            }

            foreach (RequiredFile file in await ReadSegmentAsync(segment, cancellationToken))
            {
                if (range.Contains(file.Path))
                {
                    yield return file;
                }
            }
        }
    }

    /// <summary>The records of one segment, in the order of the list.</summary>
    public async ValueTask<IReadOnlyList<RequiredFile>> ReadSegmentAsync(
        RequiredSegment segment,
        CancellationToken cancellationToken
    )
    {
        return Decode(segment, await chunks.ReadChunkAsync(segment.Chunk, ChunkClass.Metadata, cancellationToken));
    }

    /// <summary>The same of a segment's chunk that was read otherwise.</summary>
    internal static List<RequiredFile> Decode(RequiredSegment segment, ReadOnlySpan<byte> plain)
    {
        string what = $"segment {segment.Chunk} of a list of required files";
        List<RequiredFile> files = Decode(plain, what);
        bool agrees =
            plain.Length == segment.Length
            && files.Count == segment.Files
            && files[0].Path.AsSpan().SequenceEqual(segment.First)
            && files[^1].Path.AsSpan().SequenceEqual(segment.Last)
            && files.Min(file => file.UrlId) == segment.LowestId
            && files.Max(file => file.UrlId) == segment.HighestId;
        return agrees ? files : throw Damage.InPart(what, "it is not the segment that its table names");
    }

    private static List<RequiredFile> Decode(ReadOnlySpan<byte> plain, string what)
    {
        VarintReader reader = new(plain, what);
        List<RequiredFile> files = [];
        RequiredFile? previous = null;
        while (!reader.AtEnd)
        {
            byte[] path = reader.ReadPath(previous is null ? [] : previous.Path);
            long size = reader.ReadBounded(long.MaxValue, "a size");
            RequiredFile file = new(path, size == 0 ? null : size - 1, reader.ReadBounded(long.MaxValue, "an id"));
            if (path.Length == 0 || (previous is not null && RequiredFile.Compare(previous, file) >= 0))
            {
                throw reader.Wrong("it is not in order");
            }

            files.Add(file);
            previous = file;
        }

        return files.Count > 0 ? files : throw Damage.InPart(what, "it has no record");
    }

    private static (RequiredSegment Row, int Length) ReadRow(ReadOnlySpan<byte> source, byte[]? last)
    {
        VarintReader reader = new(source, What);
        byte[] first = reader.ReadBlock(PathOrder.MaxPathBytes, "the length of a path").ToArray();
        byte[] end = reader.ReadBlock(PathOrder.MaxPathBytes, "the length of a path").ToArray();
        RequiredSegment row = new(
            first,
            end,
            reader.ReadId(),
            (int)reader.ReadBounded(ChunkLimits.MaxChunkLength, "the length of a segment"),
            (int)reader.ReadBounded(int.MaxValue, "the number of files"),
            reader.ReadBounded(long.MaxValue, "an id"),
            reader.ReadBounded(long.MaxValue, "an id")
        );
        if ((last is not null && PathOrder.Compare(last, first) >= 0) || PathOrder.Compare(first, end) > 0)
        {
            throw reader.Wrong("its segments are not in order");
        }

        return row.LowestId <= row.HighestId ? (row, reader.Position) : throw reader.Wrong("its ids are not in order");
    }
}
