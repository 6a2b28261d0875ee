using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using AlfrescoBackupFlows.Repository.Format;
using Microsoft.Win32.SafeHandles;

namespace AlfrescoBackupFlows.Repository.ChunkIndexes;

/// <summary>All of a <see cref="RowFile"/> but its rows: what is kept in memory.</summary>
/// <param name="Buckets">Number of the first row of each bucket; at the end, how many rows there are.</param>
internal sealed record RowFileTables(RowFileHeader Header, PackEntry[] Packs, uint[] Buckets)
{
    /// <summary>Reads a file and checks it; null where it is not sound.</summary>
    public static RowFileTables? TryRead(SafeFileHandle file)
    {
        Span<byte> bytes = stackalloc byte[RowFileHeader.Size];
        return
            RandomAccess.Read(file, bytes, 0) == RowFileHeader.Size
            && RowFileHeader.TryRead(bytes, out RowFileHeader header)
            && RandomAccess.GetLength(file) == header.FileLength
            && HashOf(file).AsSpan().SequenceEqual(RowFileHeader.HashIn(bytes))
            ? new RowFileTables(header, ReadPacks(file, header), ReadBuckets(file, header))
            : null;
    }

    private static PackEntry[] ReadPacks(SafeFileHandle file, RowFileHeader header)
    {
        byte[] bytes = new byte[checked((int)header.Packs * ChunkIndexTable.PackSize)];
        RandomAccess.Read(file, bytes, RowFileHeader.Size);
        PackEntry[] packs = new PackEntry[header.Packs];
        for (int i = 0; i < packs.Length; i++)
        {
            packs[i] = ChunkIndexTable.ReadPack(bytes.AsSpan(i * ChunkIndexTable.PackSize), "cached chunk index");
        }

        return packs;
    }

    private static uint[] ReadBuckets(SafeFileHandle file, RowFileHeader header)
    {
        byte[] bytes = new byte[header.Buckets * sizeof(uint)];
        RandomAccess.Read(file, bytes, header.BucketsAt);
        uint[] buckets = new uint[header.Buckets];
        for (int i = 0; i < buckets.Length; i++)
        {
            buckets[i] = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(i * sizeof(uint)));
        }

        return buckets;
    }

    private static byte[] HashOf(SafeFileHandle file)
    {
        XxHash128 hash = new();
        byte[] buffer = ArrayPool<byte>.Shared.Rent(1 << 18);
        try
        {
            long offset = RowFileHeader.Size;
            int read;
            while ((read = RandomAccess.Read(file, buffer, offset)) > 0)
            {
                hash.Append(buffer.AsSpan(0, read));
                offset += read;
            }

            return hash.GetCurrentHash();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
