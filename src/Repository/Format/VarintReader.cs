using System.Text;
using System.Text.Unicode;
using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Repository.Format;

/// <summary>
/// Reads the format's variable-length integers and strings from untrusted bytes. Whatever does not fit is damage in
/// <c>what</c>; nothing is allocated before its length was checked against the bytes that are there.
/// </summary>
internal ref struct VarintReader(ReadOnlySpan<byte> source, string what)
{
    private readonly ReadOnlySpan<byte> _source = source;
    private readonly string _what = what;

    public int Position { get; private set; }

    public readonly bool AtEnd => Position == _source.Length;

    public readonly Exception Wrong(string why) => Damage.InPart(_what, why);

    public byte ReadByte()
    {
        if (AtEnd)
        {
            throw Wrong("it ends too early");
        }

        return _source[Position++];
    }

    public ulong ReadVarint()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte next = ReadByte();
            ulong bits = next & 0x7Ful;
            if (shift == 63 && bits > 1)
            {
                break;
            }

            value |= bits << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Wrong("a number has more than 64 bits");
    }

    /// <summary>A number of at most <paramref name="most"/>.</summary>
    public long ReadBounded(long most, string name)
    {
        ulong value = ReadVarint();
        return value <= (ulong)most ? (long)value : throw Wrong($"{name} is {value}, more than {most}");
    }

    public long ReadSvarint()
    {
        ulong value = ReadVarint();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    public ReadOnlySpan<byte> ReadBytes(int count)
    {
        if (count > _source.Length - Position)
        {
            throw Wrong("it ends too early");
        }

        ReadOnlySpan<byte> bytes = _source.Slice(Position, count);
        Position += count;
        return bytes;
    }

    public ReadOnlySpan<byte> ReadBlock(int most, string name) => ReadBytes((int)ReadBounded(most, name));

    public string ReadText(int most, string name)
    {
        ReadOnlySpan<byte> bytes = ReadBlock(most, name);
        return Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : throw Wrong($"{name} is not UTF-8");
    }

    public ChunkId ReadId() => ChunkId.Read(ReadBytes(ChunkId.Size));

    /// <summary>The counterpart of <see cref="VarintWriter.WritePath"/>; the path is valid.</summary>
    public byte[] ReadPath(ReadOnlySpan<byte> previous)
    {
        int shared = (int)ReadBounded(previous.Length, "the length that a path shares with the one before it");
        ReadOnlySpan<byte> rest = ReadBlock(PathOrder.MaxPathBytes - shared, "the length of a path");
        byte[] path = [.. previous[..shared], .. rest];
        return PathOrder.IsValid(path)
            ? path
            : throw Wrong($"'{TreePath.Display(path)}' is not a path that a listing may have");
    }

    public ContentRef ReadContent()
    {
        long length = ReadBounded(long.MaxValue, "the length of a content");
        int depth = ReadByte();
        int count = (int)ReadBounded(ContentRef.MaxInlineChunks, "the number of a content's chunks");
        ContentRef content = new(length, depth, [.. ChunkId.ReadAll(ReadBytes(count * ChunkId.Size))]);
        return content.IsPlausible ? content : throw Wrong("a content reference contradicts itself");
    }
}
