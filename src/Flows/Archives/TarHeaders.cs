using System.Buffers;
using System.Globalization;
using System.Text;

namespace AlfrescoBackupFlows.Flows.Archives;

/// <summary>
/// Writes the header of an entry; before it a pax header with what does not fit into it: long names and names that are
/// not ASCII, files of 8 GiB and more, times with a fraction.
/// </summary>
internal static class TarHeaders
{
    private const long NsPerSecond = 1_000_000_000;

    private static readonly FrozenOwner Nobody = new(0, 0);

    public static void Write(ArrayBufferWriter<byte> buffer, TarEntry entry)
    {
        byte[] name = entry.IsDirectory ? [.. entry.Name, (byte)'/'] : entry.Name;
        byte[] user = Encoding.UTF8.GetBytes(entry.Owner.User);
        byte[] group = Encoding.UTF8.GetBytes(entry.Owner.Group);
        var records = new ArrayBufferWriter<byte>();
        AddUnless(FitsText(name, 100), records, TarFormat.Path, name);
        AddUnless(entry.Size <= TarFormat.MaxNumber, records, TarFormat.Size, Digits(entry.Size));
        AddUnless(FitsTime(entry.MtimeNs), records, TarFormat.Mtime, TimeText(entry.MtimeNs));
        AddUnless(entry.Owner.Uid <= TarFormat.MaxId, records, TarFormat.Uid, Digits(entry.Owner.Uid));
        AddUnless(entry.Owner.Gid <= TarFormat.MaxId, records, TarFormat.Gid, Digits(entry.Owner.Gid));
        AddUnless(FitsText(user, 32), records, TarFormat.User, user);
        AddUnless(FitsText(group, 32), records, TarFormat.Group, group);
        AddUnless(entry.Flags.Length == 0, records, TarFormat.Flags, Encoding.ASCII.GetBytes(entry.Flags));
        if (records.WrittenCount > 0)
        {
            WriteBlock(buffer, "PaxHeaders/entry"u8, TarFormat.Pax, 0x1A4, Nobody, records.WrittenCount, 0, [], []);
            buffer.Write(records.WrittenSpan);
            Pad(buffer, TarFormat.PaddingOf(records.WrittenCount));
        }

        WriteBlock(
            buffer,
            name,
            entry.IsDirectory ? TarFormat.Directory : TarFormat.File,
            entry.Mode,
            new FrozenOwner(entry.Owner.Uid, entry.Owner.Gid),
            entry.Size,
            entry.MtimeNs / NsPerSecond,
            user,
            group
        );
    }

    public static void Pad(ArrayBufferWriter<byte> buffer, int count)
    {
        buffer.GetSpan(count)[..count].Clear();
        buffer.Advance(count);
    }

    private static void WriteBlock(
        ArrayBufferWriter<byte> buffer,
        ReadOnlySpan<byte> name,
        byte type,
        int mode,
        FrozenOwner owner,
        long size,
        long mtime,
        ReadOnlySpan<byte> user,
        ReadOnlySpan<byte> group
    )
    {
        Span<byte> header = buffer.GetSpan(TarFormat.BlockSize)[..TarFormat.BlockSize];
        header.Clear();
        Copy(name, header[TarFormat.NameField]);
        Octal(mode, header[TarFormat.ModeField]);
        Octal(owner.Uid <= TarFormat.MaxId ? owner.Uid : 0, header[TarFormat.UidField]);
        Octal(owner.Gid <= TarFormat.MaxId ? owner.Gid : 0, header[TarFormat.GidField]);
        Octal(size <= TarFormat.MaxNumber ? size : 0, header[TarFormat.SizeField]);
        Octal(Math.Clamp(mtime, 0, TarFormat.MaxNumber), header[TarFormat.MtimeField]);
        header[TarFormat.TypeField] = type;
        TarFormat.Magic.CopyTo(header[TarFormat.MagicField]);
        Copy(user, header[TarFormat.UserField]);
        Copy(group, header[TarFormat.GroupField]);
        Octal(TarFormat.ChecksumOf(header), header[TarFormat.ChecksumField][..7]);
        header[TarFormat.ChecksumField][7] = (byte)' ';
        buffer.Advance(TarFormat.BlockSize);
    }

    private static void AddUnless(bool fits, ArrayBufferWriter<byte> records, string key, ReadOnlySpan<byte> value)
    {
        if (fits)
        {
            return;
        }

        // The length counts its own digits.
        int rest = key.Length + value.Length + 3;
        int length = rest + 1;
        while (length != rest + Digits(length).Length)
        {
            length = rest + Digits(length).Length;
        }

        records.Write(Encoding.ASCII.GetBytes($"{length.ToString(CultureInfo.InvariantCulture)} {key}="));
        records.Write(value);
        records.Write("\n"u8);
    }

    private static bool FitsText(ReadOnlySpan<byte> text, int length) =>
        text.Length <= length && !text.ContainsAnyExceptInRange((byte)' ', (byte)'~');

    private static bool FitsTime(long ns) =>
        ns >= 0 && ns % NsPerSecond == 0 && ns / NsPerSecond <= TarFormat.MaxNumber;

    private static byte[] Digits(long value) => Encoding.ASCII.GetBytes(value.ToString(CultureInfo.InvariantCulture));

    /// <summary>Seconds, as a decimal number.</summary>
    private static byte[] TimeText(long ns) =>
        Encoding.ASCII.GetBytes(((decimal)ns / NsPerSecond).ToString("0.#########", CultureInfo.InvariantCulture));

    private static void Copy(ReadOnlySpan<byte> source, Span<byte> field) =>
        source[..Math.Min(source.Length, field.Length)].CopyTo(field);

    /// <summary>Digits with leading zeros, and a zero byte at the end.</summary>
    private static void Octal(long value, Span<byte> field)
    {
        for (int i = field.Length - 2; i >= 0; i--)
        {
            field[i] = (byte)('0' + (value & 7));
            value >>= 3;
        }

        field[^1] = 0;
    }

    private readonly record struct FrozenOwner(uint Uid, uint Gid);
}
