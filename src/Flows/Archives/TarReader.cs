using System.Buffers;
using System.Buffers.Text;
using System.Text;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Platform.Streams;
using AlfrescoBackupFlows.Repository.Listings;

namespace AlfrescoBackupFlows.Flows.Archives;

/// <summary>
/// Reads an archive from a stranger, entry by entry, in constant memory. Files and directories alone, each with a name
/// that leads nowhere else; whatever else stands there is an <see cref="ArchiveFault"/>. Not thread-safe.
/// </summary>
internal sealed class TarReader(Stream input)
{
    /// <summary>A path has at most 65,535 bytes, an owner's name 1,024.</summary>
    private const int MaxPaxBytes = 128 << 10;

    /// <summary>tar fills its last record with zeros.</summary>
    private const int MaxTrailer = 1 << 20;

    private const long MaxSize = 1L << 60;

    private readonly byte[] _block = new byte[TarFormat.BlockSize];
    private long _left;
    private int _padding;

    /// <summary>The next entry, wherever its predecessor was left; null at the end, which was looked at to its last byte.</summary>
    public async ValueTask<TarEntry?> ReadAsync(CancellationToken cancellationToken)
    {
        await SkipAsync(_left + _padding, cancellationToken);
        (_left, _padding) = (0, 0);
        await ReadBlockAsync(cancellationToken);
        if (IsZero(_block))
        {
            await ReadEndAsync(cancellationToken);
            return null;
        }

        PaxRecords pax = PaxRecords.None;
        if (Type() == TarFormat.Pax)
        {
            long length = Number(TarFormat.SizeField, "size");
            if (length > MaxPaxBytes)
            {
                throw ArchiveFault.Of($"it has a header of {length} bytes, and none may have more than {MaxPaxBytes}");
            }

            byte[] records = new byte[length];
            await ReadExactlyAsync(records, cancellationToken);
            await SkipAsync(TarFormat.PaddingOf(length), cancellationToken);
            pax = PaxRecords.Parse(records);
            await ReadBlockAsync(cancellationToken);
        }

        TarEntry entry = Entry(pax);
        (_left, _padding) = (entry.Size, TarFormat.PaddingOf(entry.Size));
        return entry;
    }

    /// <summary>The bytes of the entry that was read last; what is not read of them is passed over.</summary>
    public Stream OpenContent() => new Content(this);

    private TarEntry Entry(PaxRecords pax)
    {
        byte[] raw = pax.Path ?? NameOf(_block);
        string shown = PlainText.Escape(TreePath.Display(raw));
        shown = shown.Length > 200 ? shown[..200] + "..." : shown;
        byte type = Type();
        bool isDirectory = type == TarFormat.Directory;
        if (!isDirectory && type is not (TarFormat.File or TarFormat.OldFile))
        {
            throw ArchiveFault.Of($"'{shown}' is {Kind(type)}, and an exported set has files and directories alone");
        }

        byte[] name = isDirectory && raw.Length > 1 && raw[^1] == (byte)'/' ? raw[..^1] : raw;
        if (name.Length == 0 || !TreePath.IsValid(name))
        {
            throw ArchiveFault.Of($"'{shown}' is no name that may stand in it: it leads out of it, or is odd");
        }

        long size = pax.Size ?? Number(TarFormat.SizeField, "size");
        if (size is < 0 or > MaxSize || (isDirectory && size != 0))
        {
            throw ArchiveFault.Of($"'{shown}' has an impossible size");
        }

        return new TarEntry(
            name,
            isDirectory,
            size,
            (int)(Number(TarFormat.ModeField, "mode") & 0xFFF),
            new FileOwner(
                pax.Uid ?? (uint)Number(TarFormat.UidField, "owner"),
                pax.Gid ?? (uint)Number(TarFormat.GidField, "group"),
                pax.User ?? Text(TarFormat.UserField),
                pax.Group ?? Text(TarFormat.GroupField)
            ),
            pax.MtimeNs ?? Math.Min(Number(TarFormat.MtimeField, "time"), TarFormat.MaxNumber) * 1_000_000_000
        )
        {
            Flags = pax.Flags,
        };
    }

    private byte Type() => _block[TarFormat.TypeField];

    private static string Kind(byte type) =>
        (char)type switch
        {
            '1' => "a hard link",
            '2' => "a symbolic link",
            '3' or '4' => "a device",
            '6' => "a pipe",
            'x' => "a second header",
            'g' => "a header for several entries",
            _ => $"an entry of type {type}",
        };

    private static byte[] NameOf(byte[] header)
    {
        ReadOnlySpan<byte> name = Until0(header.AsSpan()[TarFormat.NameField]);
        ReadOnlySpan<byte> prefix = Until0(header.AsSpan()[TarFormat.PrefixField]);
        return prefix.IsEmpty ? name.ToArray() : [.. prefix, (byte)'/', .. name];
    }

    private string Text(Range field) => Encoding.UTF8.GetString(Until0(_block.AsSpan()[field]));

    private long Number(Range field, string what)
    {
        ReadOnlySpan<byte> digits = Until0(_block.AsSpan()[field]).Trim((byte)' ');
        long value = 0;
        foreach (byte digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'7')
            {
                throw ArchiveFault.Of($"the {what} of an entry is no octal number");
            }

            value = (value << 3) | (uint)(digit - '0');
        }

        return value;
    }

    private static ReadOnlySpan<byte> Until0(ReadOnlySpan<byte> field) =>
        field.IndexOf((byte)0) is var end and >= 0 ? field[..end] : field;

    private async ValueTask ReadBlockAsync(CancellationToken cancellationToken)
    {
        await ReadExactlyAsync(_block, cancellationToken);
        if (
            !IsZero(_block)
            && (
                !_block.AsSpan()[TarFormat.MagicField].SequenceEqual(TarFormat.Magic)
                || Number(TarFormat.ChecksumField, "checksum") != TarFormat.ChecksumOf(_block)
            )
        )
        {
            throw ArchiveFault.Of("it is damaged, or no archive as 'abf export' writes it");
        }
    }

    private async ValueTask ReadEndAsync(CancellationToken cancellationToken)
    {
        for (int read = TarFormat.BlockSize; ; )
        {
            int count = await input.ReadAsync(_block, cancellationToken);
            read += count;
            if (count == 0 && read >= 2 * TarFormat.BlockSize)
            {
                return;
            }

            if (count == 0 || read > MaxTrailer || !IsZero(_block.AsSpan(0, count)))
            {
                throw ArchiveFault.Of(count == 0 ? "it was cut off" : "something stands behind its end");
            }
        }
    }

    private async ValueTask ReadExactlyAsync(Memory<byte> bytes, CancellationToken cancellationToken)
    {
        if (
            await input.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken)
            < bytes.Length
        )
        {
            throw ArchiveFault.Of("it was cut off");
        }
    }

    private async ValueTask SkipAsync(long count, CancellationToken cancellationToken)
    {
        byte[] rest = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(count, 1, 256 << 10));
        try
        {
            while (count > 0)
            {
                int part = (int)Math.Min(count, rest.Length);
                await ReadExactlyAsync(rest.AsMemory(0, part), cancellationToken);
                count -= part;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rest);
        }
    }

    private static bool IsZero(ReadOnlySpan<byte> bytes) => !bytes.ContainsAnyExcept((byte)0);

    private sealed class Content(TarReader reader) : ReadOnlyStream
    {
        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer,
            CancellationToken cancellationToken = default
        )
        {
            if (reader._left == 0 || buffer.IsEmpty)
            {
                return 0;
            }

            int count = await reader.ReadInputAsync(
                buffer[..(int)Math.Min(buffer.Length, reader._left)],
                cancellationToken
            );
            reader._left -= count;
            return count;
        }

        public override Task<int> ReadAsync(
            byte[] buffer,
            int offset,
            int count,
            CancellationToken cancellationToken
        ) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    private async ValueTask<int> ReadInputAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
        await input.ReadAsync(buffer, cancellationToken) is var count and > 0
            ? count
            : throw ArchiveFault.Of("it was cut off");
}
