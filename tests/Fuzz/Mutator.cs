using System.Buffers.Binary;
using System.Text;

namespace AlfrescoBackupFlows.Fuzz;

/// <summary>
/// Makes new inputs of valid ones: flips, edges of integers, cuts, copies, pieces of others, and words that parsers
/// know. The same seed gives the same inputs.
/// </summary>
internal sealed class Mutator(IReadOnlyList<byte[]> corpus, int seed, int maxLength)
{
    private const int MaxSteps = 6;

    private static readonly byte[][] Words =
    [
        .. new[]
        {
            "${",
            "}",
            "${a:",
            "\\u",
            "\\ud800",
            "\\\\",
            "\n",
            "\r",
            "\0",
            "\"",
            "'",
            "''",
            "`",
            "/*",
            "*/",
            "--",
            "$$",
            "$a$",
            "\\restrict k\n",
            "\\unrestrict k\n",
            "\\! id\n",
            "\n\\.\n",
            "COPY t FROM stdin;\n",
            "BEGIN ATOMIC",
            ";",
            "{",
            "[",
            "]",
            "null",
            "true",
            "-1",
            "1e999",
            "9223372036854775808",
            "99999999999999999999999",
            "0.1",
            "%",
            "%00",
            "%2C",
            "..",
            "/",
            "//",
            "://",
            "@",
            ":",
            ",",
            "?",
            "&",
            "=",
            "#",
            "[::1]",
            "store://",
            "jdbc:",
            "2026-11-22T20:15:00Z",
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-14:00",
            "20261122T201500Z-00000001",
            "*",
            "*/",
            "L",
            "W",
            "?",
            "LW",
            "#6",
            "INSERT INTO `",
            ") VALUES (",
            "DELIMITER ",
            "NULL",
            "0x",
            "_binary '",
            "\u202e",
            "\u001b[2J",
            "\ud83d\ude00",
            "\u00e9",
        }.Select(Encoding.UTF8.GetBytes),
        [0xFF, 0xFE],
        [0xC0, 0x80],
        [0xED, 0xA0, 0x80],
        [0xFF, 0xFF, 0xFF, 0xFF],
        [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01],
        "ABF1"u8.ToArray(),
        "ABFE"u8.ToArray(),
        [0x28, 0xB5, 0x2F, 0xFD],
    ];

    private static readonly long[] Edges =
    [
        0,
        1,
        -1,
        127,
        128,
        255,
        256,
        32767,
        65535,
        65536,
        int.MaxValue,
        int.MinValue,
        uint.MaxValue,
        1 << 20,
        (1 << 20) + 1,
        1 << 26,
        (1 << 26) + 1,
        long.MaxValue,
        long.MinValue,
    ];

    private readonly Random _random = new(seed);

    public byte[] Next()
    {
        var bytes = new List<byte>(corpus.Count > 0 && _random.Next(20) > 0 ? Pick(corpus) : Noise(_random.Next(200)));
        for (int steps = _random.Next(1, MaxSteps); steps > 0; steps--)
        {
            Change(bytes);
        }

        return bytes.Count <= maxLength ? [.. bytes] : [.. bytes[..maxLength]];
    }

    private void Change(List<byte> bytes)
    {
        int at = _random.Next(bytes.Count + 1);
        int length = Math.Min(_random.Next(1, 64), bytes.Count - at);
        switch (_random.Next(9))
        {
            case 0 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << _random.Next(8));
                break;
            case 1 when at < bytes.Count:
                bytes[at] = (byte)_random.Next(256);
                break;
            case 2:
                bytes.RemoveRange(at, length);
                break;
            case 3:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 4:
                bytes.InsertRange(at, Pick(Words));
                break;
            case 5:
                Repeat(bytes, at, length);
                break;
            case 6:
                SetNumber(bytes, at);
                break;
            case 7 when corpus.Count > 0:
                byte[] other = Pick(corpus);
                int from = _random.Next(other.Length + 1);
                bytes.InsertRange(at, other[from..Math.Min(other.Length, from + _random.Next(256))]);
                break;
            default:
                bytes.InsertRange(at, Noise(_random.Next(8)));
                break;
        }
    }

    /// <summary>A piece again and again: depth, counts, and what grows faster than its input.</summary>
    private void Repeat(List<byte> bytes, int at, int length)
    {
        byte[] piece = _random.Next(3) == 0 ? Pick(Words) : [.. bytes.GetRange(at, length)];
        int times = Math.Min(1 << _random.Next(14), maxLength / Math.Max(1, piece.Length));
        bytes.InsertRange(at, Enumerable.Repeat(piece, times).SelectMany(p => p));
    }

    private void SetNumber(List<byte> bytes, int at)
    {
        Span<byte> number = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(number, Edges[_random.Next(Edges.Length)]);
        int size = 1 << _random.Next(4);
        for (int i = 0; i < size && at + i < bytes.Count; i++)
        {
            bytes[at + i] = number[i];
        }
    }

    private byte[] Noise(int length)
    {
        var bytes = new byte[length];
        _random.NextBytes(bytes);
        return bytes;
    }

    private byte[] Pick(IReadOnlyList<byte[]> from) => from[_random.Next(from.Count)];
}
