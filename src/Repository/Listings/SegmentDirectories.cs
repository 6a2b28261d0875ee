using System.Buffers;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Listings;

/// <summary>The directories of a listing's segment, in a chunk of their own: all that tells whether it is as it was.</summary>
/// <param name="Segment">The segment's chunk.</param>
/// <param name="Chunk">A segment that has these directories alone; null where it has none.</param>
/// <param name="IsTrusted">
/// Every file of the segment lies directly in a trusted directory: where these are as they were, so is the segment.
/// </param>
public sealed record SegmentDirectories(ChunkId Segment, ChunkId? Chunk, bool IsTrusted)
{
    internal const int RowBytes = (2 * ChunkId.Size) + 1;
    private const byte HasDirectories = 1;
    private const byte Trusted = 2;
    private const string What = "a table of directories";

    /// <summary>Rows as plain bytes, as the table has them.</summary>
    public static byte[] Encode(IEnumerable<SegmentDirectories> rows)
    {
        ArrayBufferWriter<byte> buffer = new();
        foreach (SegmentDirectories row in rows)
        {
            row.Write(buffer);
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <exception cref="Platform.Errors.PermanentException">Kind Repository: they are not what was written.</exception>
    public static IReadOnlyList<SegmentDirectories> Decode(ReadOnlySpan<byte> bytes)
    {
        List<SegmentDirectories> rows = new(bytes.Length / RowBytes);
        for (; !bytes.IsEmpty; bytes = bytes[RowBytes..])
        {
            rows.Add(bytes.Length >= RowBytes ? Read(bytes) : throw Damage.InPart(What, "it is cut"));
        }

        return rows;
    }

    internal void Write(ArrayBufferWriter<byte> buffer)
    {
        buffer.WriteId(Segment);
        buffer.WriteByte((byte)((Chunk is null ? 0 : HasDirectories) | (IsTrusted ? Trusted : 0)));
        buffer.WriteId(Chunk ?? default);
    }

    internal static SegmentDirectories Read(ReadOnlySpan<byte> source)
    {
        byte flags = source[ChunkId.Size];
        return (flags & ~(HasDirectories | Trusted)) == 0
            ? new SegmentDirectories(
                ChunkId.Read(source),
                (flags & HasDirectories) != 0 ? ChunkId.Read(source[(ChunkId.Size + 1)..]) : null,
                (flags & Trusted) != 0
            )
            : throw Damage.InPart(What, $"its flags {flags} are not known");
    }
}
