using System.Buffers.Binary;
using System.Security.Cryptography;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;
using AlfrescoBackupFlows.Repository.RequiredFiles;

namespace AlfrescoBackupFlows.Repository.Verification;

/// <summary>
/// Segments of a listing, and those of the list of required files that name files between the first and the last of
/// them: no path before or behind is told anything by either. What holds of a stretch in one set holds in each that has it.
/// </summary>
internal sealed class Stretch
{
    public List<SegmentRow> Rows { get; } = [];

    public List<RequiredSegment> Required { get; } = [];

    public int Segments => Rows.Count + Required.Count;

    /// <summary>Of all that its rows say, the ids of the chunks included.</summary>
    /// <param name="chunkClass">Of the chunks of its files.</param>
    public UInt128 KeyOf(ChunkClass chunkClass)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> numbers = stackalloc byte[8 * sizeof(long)];
        foreach (SegmentRow row in Rows)
        {
            Append(row.First, row.Last, row.Chunk, [1, row.Entries, row.Files, row.Bytes, 0], numbers);
        }

        foreach (RequiredSegment row in Required)
        {
            Append(row.First, row.Last, row.Chunk, [2, row.Length, row.Files, row.LowestId, row.HighestId], numbers);
        }

        hash.AppendData([(byte)chunkClass]);
        return BinaryPrimitives.ReadUInt128BigEndian(hash.GetHashAndReset());

        void Append(byte[] first, byte[] last, ChunkId chunk, ReadOnlySpan<long> values, Span<byte> room)
        {
            for (int i = 0; i < values.Length; i++)
            {
                BinaryPrimitives.WriteInt64BigEndian(room[(i * sizeof(long))..], values[i]);
            }

            // Both lengths: of two cuts of the same bytes each has a key of its own.
            BinaryPrimitives.WriteInt32BigEndian(room[(5 * sizeof(long))..], first.Length);
            BinaryPrimitives.WriteInt32BigEndian(room[((5 * sizeof(long)) + sizeof(int))..], last.Length);
            chunk.Write(room[(6 * sizeof(long))..]);
            hash.AppendData(room);
            hash.AppendData(first);
            hash.AppendData(last);
        }
    }
}
