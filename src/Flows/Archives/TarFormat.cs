namespace AlfrescoBackupFlows.Flows.Archives;

/// <summary>
/// POSIX.1-2001 (<c>ustar</c> with <c>pax</c> headers), as far as an exported set needs it. System.Formats.Tar has names
/// as text, and Alfresco's may be any bytes; and it reads headers of any length into memory.
/// </summary>
internal static class TarFormat
{
    public const int BlockSize = 512;

    public const byte File = (byte)'0';
    public const byte OldFile = 0;
    public const byte Directory = (byte)'5';
    public const byte Pax = (byte)'x';

    public const string Path = "path";
    public const string Size = "size";
    public const string Mtime = "mtime";
    public const string Uid = "uid";
    public const string Gid = "gid";
    public const string User = "uname";
    public const string Group = "gname";
    public const string Flags = "SCHILY.xattr.user.abf.flags";

    /// <summary>The largest number of 7 and of 11 octal digits.</summary>
    public const long MaxId = 0x1F_FFFF;
    public const long MaxNumber = 0x1_FFFF_FFFF;

    public static readonly Range NameField = 0..100;
    public static readonly Range ModeField = 100..108;
    public static readonly Range UidField = 108..116;
    public static readonly Range GidField = 116..124;
    public static readonly Range SizeField = 124..136;
    public static readonly Range MtimeField = 136..148;
    public static readonly Range ChecksumField = 148..156;
    public const int TypeField = 156;
    public static readonly Range MagicField = 257..265;
    public static readonly Range UserField = 265..297;
    public static readonly Range GroupField = 297..329;
    public static readonly Range PrefixField = 345..500;

    public static ReadOnlySpan<byte> Magic => "ustar\000"u8;

    /// <summary>From the end of so many bytes to the next block.</summary>
    public static int PaddingOf(long length) => (int)(-length & (BlockSize - 1));

    /// <summary>The sum of a header's bytes, its own field taken for blanks.</summary>
    public static int ChecksumOf(ReadOnlySpan<byte> header)
    {
        int sum = 0;
        for (int i = 0; i < header.Length; i++)
        {
            sum += i is >= 148 and < 156 ? ' ' : header[i];
        }

        return sum;
    }
}
