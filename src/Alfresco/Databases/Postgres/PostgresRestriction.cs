using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace AlfrescoBackupFlows.Alfresco.Databases.Postgres;

/// <summary>
/// Feeds a dump to <c>psql</c> under a restriction of our own: after <c>\restrict KEY</c> it obeys no command but
/// <c>\unrestrict</c> with the same key, which is random and never sent. The dump's own lines of this kind, whose key
/// its author knows, are left out.
/// </summary>
/// <param name="psql">Its standard input.</param>
internal sealed class PostgresRestriction(Stream psql)
{
    /// <summary>How much of the dump may come before its first statement.</summary>
    private const int MaxHead = 64 * 1024;

    /// <summary>More than a dump's last lines.</summary>
    private const int MaxEnd = 1024;

    private byte[]? _head = [];
    private byte[] _end = [];

    /// <summary>Minor releases since August 2025, and all major ones since then, know the command.</summary>
    public static bool IsKnownBy(string version)
    {
        int[] parts = [.. version.Split('.').Select(NumberOf)];
        int minor = parts.Length > 1 ? parts[1] : 0;
        return parts[0] switch
        {
            >= 18 => true,
            17 => minor >= 6,
            16 => minor >= 10,
            15 => minor >= 14,
            14 => minor >= 19,
            13 => minor >= 22,
            _ => false,
        };
    }

    private static int NumberOf(string part) =>
        int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0;

    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        string key = RandomNumberGenerator.GetHexString(64);
        await psql.WriteAsync(Encoding.ASCII.GetBytes($"\\restrict {key}\n"), cancellationToken);
    }

    public async Task WriteAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellationToken)
    {
        if (_head is not null)
        {
            _head = [.. _head, .. piece.Span];
            if (WithoutRestrict(_head) is not { } head)
            {
                return;
            }

            _head = null;
            piece = head;
        }

        if (piece.Length < MaxEnd)
        {
            piece = (byte[])[.. _end, .. piece.Span];
        }
        else
        {
            await psql.WriteAsync(_end, cancellationToken);
        }

        // Held back, for the dump may lift its own restriction there.
        int passed = Math.Max(0, piece.Length - MaxEnd);
        await psql.WriteAsync(piece[..passed], cancellationToken);
        _end = piece[passed..].ToArray();
    }

    /// <exception cref="Platform.Errors.PermanentException">The dump does not end as one does.</exception>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        int end = PostgresDump.EndOf(_end);
        if (end < 0)
        {
            throw PostgresDump.IsTruncated();
        }

        await psql.WriteAsync(_end.AsMemory(0, end), cancellationToken);
    }

    /// <returns>The start of a dump without its own restriction; null where more of it is needed.</returns>
    private static byte[]? WithoutRestrict(byte[] head)
    {
        ReadOnlySpan<byte> text = head;
        int start = 0;
        int length;
        while ((length = text[start..].IndexOf((byte)'\n') + 1) > 0)
        {
            ReadOnlySpan<byte> line = text.Slice(start, length).Trim(" \t\r\n"u8);
            if (!line.IsEmpty && !line.StartsWith("--"u8))
            {
                return line.StartsWith("\\restrict "u8) ? [.. text[..start], .. text[(start + length)..]] : head;
            }

            start += length;
        }

        return head.Length > MaxHead ? head : null;
    }
}
