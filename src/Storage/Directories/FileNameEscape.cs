using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace AlfrescoBackupFlows.Storage.Directories;

/// <summary>
/// Blob names as relative paths, reversibly. Plain names stay as they are, so that a repository can be read with any
/// tool. <c>/</c> separates directories. In each part, a UTF-8 byte outside <c>[A-Za-z0-9._+=@,~-]</c> becomes
/// <c>%xx</c>; so do a first or last dot and the first letter of a name that Windows reserves. A part of 80 bytes or
/// more is cut after every 80: all but the last piece are directories whose name ends in <c>%~</c>, and an empty last
/// piece is <c>%</c>. Names that begin with a dot are left for the store's own files.
/// Where a file system ignores case, names that differ only by it are one; a repository has none.
/// </summary>
internal static class FileNameEscape
{
    /// <summary>Bytes of a piece; three characters each and the mark stay under 255.</summary>
    private const int PieceLength = 80;

    private const string ContinuedMark = "%~";
    private const char Empty = '%';

    private static readonly SearchValues<byte> Plain = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._+=@,~-"u8
    );

    private static readonly HashSet<string> Reserved = new(StringComparer.OrdinalIgnoreCase)
    {
        "con",
        "prn",
        "aux",
        "nul",
        "com0",
        "com1",
        "com2",
        "com3",
        "com4",
        "com5",
        "com6",
        "com7",
        "com8",
        "com9",
        "lpt0",
        "lpt1",
        "lpt2",
        "lpt3",
        "lpt4",
        "lpt5",
        "lpt6",
        "lpt7",
        "lpt8",
        "lpt9",
    };

    /// <summary>The path of a blob relative to the store's root, with <c>/</c> between its parts.</summary>
    public static string ToPath(string blobName)
    {
        StringBuilder path = new(blobName.Length + 8);
        foreach (string part in blobName.Split('/'))
        {
            ReadOnlySpan<byte> rest = Encoding.UTF8.GetBytes(part);
            for (; rest.Length >= PieceLength; rest = rest[PieceLength..])
            {
                AppendPiece(path, rest[..PieceLength]);
                path.Append(ContinuedMark);
            }

            AppendPiece(path, rest);
        }

        return path.ToString();
    }

    /// <summary>
    /// What a directory entry stands for: the bytes that it adds to the name of a blob, with a <c>/</c> at the end for
    /// a directory that is not a piece of a longer part. False for what no blob name gives: the store's own files,
    /// strangers.
    /// </summary>
    public static bool TryDecode(ReadOnlySpan<char> fileName, bool isDirectory, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        bool continued = isDirectory && fileName.EndsWith(ContinuedMark, StringComparison.Ordinal);
        ReadOnlySpan<char> escaped = continued ? fileName[..^ContinuedMark.Length] : fileName;
        ArrayBufferWriter<byte> decoded = new(escaped.Length + 1);
        if (!(escaped.Length == 1 && escaped[0] == Empty) && !TryUnescape(escaped, decoded))
        {
            return false;
        }

        StringBuilder canonical = new(escaped.Length);
        AppendPiece(canonical, decoded.WrittenSpan);
        bool fits = continued ? decoded.WrittenCount == PieceLength : decoded.WrittenCount < PieceLength;
        if (!fits || !canonical.Equals(escaped))
        {
            return false;
        }

        if (isDirectory && !continued)
        {
            decoded.Write("/"u8);
        }

        bytes = decoded.WrittenSpan.ToArray();
        return true;
    }

    private static void AppendPiece(StringBuilder path, ReadOnlySpan<byte> piece)
    {
        if (path.Length > 0)
        {
            path.Append('/');
        }

        if (piece.IsEmpty)
        {
            path.Append(Empty);
        }

        bool reserved = IsReserved(piece);
        for (int i = 0; i < piece.Length; i++)
        {
            bool plain =
                Plain.Contains(piece[i])
                && !(piece[i] == (byte)'.' && (i == 0 || i == piece.Length - 1))
                && !(reserved && i == 0);
            _ = plain
                ? path.Append((char)piece[i])
                : path.Append('%').Append(Convert.ToHexStringLower(piece.Slice(i, 1)));
        }
    }

    private static bool IsReserved(ReadOnlySpan<byte> piece)
    {
        int dot = piece.IndexOf((byte)'.');
        ReadOnlySpan<byte> stem = dot < 0 ? piece : piece[..dot];
        return stem.Length is 3 or 4 && Reserved.Contains(Encoding.UTF8.GetString(stem));
    }

    private static bool TryUnescape(ReadOnlySpan<char> escaped, ArrayBufferWriter<byte> decoded)
    {
        Span<byte> one = stackalloc byte[1];
        for (int i = 0; i < escaped.Length; i++)
        {
            if (escaped[i] == '%')
            {
                if (
                    i + 3 > escaped.Length
                    || Convert.FromHexString(escaped.Slice(i + 1, 2), one, out _, out _) != OperationStatus.Done
                )
                {
                    return false;
                }

                i += 2;
            }
            else if (escaped[i] < 0x80)
            {
                one[0] = (byte)escaped[i];
            }
            else
            {
                return false;
            }

            decoded.Write(one);
        }

        return true;
    }
}
