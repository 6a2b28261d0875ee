using System.Buffers;
using System.Text;

namespace AlfrescoBackupFlows.Repository.Format;

/// <summary>Appends the format's variable-length integers and strings to a growing buffer.</summary>
internal static class VarintWriter
{
    public static void WriteVarint(this ArrayBufferWriter<byte> output, ulong value)
    {
        Span<byte> span = output.GetSpan(10);
        int length = 0;
        while (value >= 0x80)
        {
            span[length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        span[length++] = (byte)value;
        output.Advance(length);
    }

    /// <summary>Zigzag: 0, -1, 1, -2, ... become 0, 1, 2, 3, ...</summary>
    public static void WriteSvarint(this ArrayBufferWriter<byte> output, long value) =>
        output.WriteVarint((ulong)((value << 1) ^ (value >> 63)));

    public static void WriteByte(this ArrayBufferWriter<byte> output, byte value)
    {
        output.GetSpan(1)[0] = value;
        output.Advance(1);
    }

    public static void WriteBlock(this ArrayBufferWriter<byte> output, ReadOnlySpan<byte> bytes)
    {
        output.WriteVarint((ulong)bytes.Length);
        output.Write(bytes);
    }

    public static void WriteText(this ArrayBufferWriter<byte> output, string text) =>
        output.WriteBlock(Encoding.UTF8.GetBytes(text));

    public static void WriteId(this ArrayBufferWriter<byte> output, ChunkId id)
    {
        id.Write(output.GetSpan(ChunkId.Size));
        output.Advance(ChunkId.Size);
    }

    /// <summary>How many bytes a path shares with the one before it, how many follow, and these.</summary>
    public static void WritePath(
        this ArrayBufferWriter<byte> output,
        ReadOnlySpan<byte> previous,
        ReadOnlySpan<byte> path
    )
    {
        int shared = path.CommonPrefixLength(previous);
        output.WriteVarint((ulong)shared);
        output.WriteBlock(path[shared..]);
    }
}
