using System.Buffers;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Listings;

/// <summary>Rows of segments as plain bytes, written as a listing's stream is, for those that belong to no set.</summary>
public static class SegmentRows
{
    public static byte[] Encode(IEnumerable<SegmentRow> rows)
    {
        ArrayBufferWriter<byte> buffer = new();
        buffer.WriteByte(ListingRoot.Version);
        foreach (SegmentRow row in rows)
        {
            ListingRoot.Write(buffer, row);
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <exception cref="Platform.Errors.PermanentException">Repository: they are not what was written.</exception>
    public static IReadOnlyList<SegmentRow> Decode(ReadOnlySpan<byte> bytes)
    {
        const string What = "the rows of a step";
        if (bytes.IsEmpty || bytes[0] != ListingRoot.Version)
        {
            throw Damage.InPart(What, "its version is not known");
        }

        List<SegmentRow> rows = [];
        for (bytes = bytes[1..]; !bytes.IsEmpty; )
        {
            (SegmentRow row, int length) = ListingReader.ReadRow(bytes, rows.Count == 0 ? null : rows[^1].Last);
            rows.Add(row);
            bytes = bytes[length..];
        }

        return rows;
    }
}
