using System.Buffers;
using System.Runtime.CompilerServices;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Listings;

/// <summary>
/// The table of the directories of a listing: a row for each of its segments, in order, as a metadata stream.
/// </summary>
public static class DirectoryTable
{
    private const byte Version = 1;
    private const string What = "a table of directories";

    public static async Task<ContentRef> WriteAsync(
        IChunkWriter chunks,
        IEnumerable<SegmentDirectories> rows,
        CancellationToken cancellationToken
    )
    {
        ArrayBufferWriter<byte> buffer = new(64 * 1024);
        buffer.WriteByte(Version);
        await using ContentStream stream = chunks.CreateStream(ChunkClass.Metadata);
        foreach (SegmentDirectories[] some in rows.Chunk(1024))
        {
            foreach (SegmentDirectories row in some)
            {
                row.Write(buffer);
            }

            await stream.WriteAsync(buffer.WrittenMemory, cancellationToken);
            buffer.ResetWrittenCount();
        }

        await stream.WriteAsync(buffer.WrittenMemory, cancellationToken);
        return await stream.CompleteAsync(cancellationToken);
    }

    /// <summary>What breaks a rule is a <see cref="PermanentException"/> of kind Repository.</summary>
    public static async IAsyncEnumerable<SegmentDirectories> ReadAsync(
        IChunkSource chunks,
        ContentRef table,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await using RecordStream stream = new(chunks.OpenRead(table, ChunkClass.Metadata), SegmentDirectories.RowBytes);
        await stream.BeginAsync(Version, What, cancellationToken);
        while (await stream.FillAsync(cancellationToken))
        {
            SegmentDirectories row =
                stream.Buffered.Length >= SegmentDirectories.RowBytes
                    ? SegmentDirectories.Read(stream.Buffered)
                    : throw Damage.InPart(What, "it is cut");
            stream.Advance(SegmentDirectories.RowBytes);
            yield return row;
        }
    }

    /// <summary>The directories of one row; none where it has none.</summary>
    public static async ValueTask<IReadOnlyList<ListingEntry>> ReadDirectoriesAsync(
        IChunkSource chunks,
        SegmentDirectories row,
        CancellationToken cancellationToken
    )
    {
        if (row.Chunk is not { } id)
        {
            return [];
        }

        byte[] plain = await chunks.ReadChunkAsync(id, ChunkClass.Metadata, cancellationToken);
        List<ListingEntry> directories = SegmentDecoder.Decode(plain, $"the directories of segment {row.Segment}");
        return directories.TrueForAll(entry => entry.IsDirectory)
            ? directories
            : throw Damage.InPart(What, $"a file is among the directories of segment {row.Segment}");
    }
}
