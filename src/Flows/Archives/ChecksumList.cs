using System.Security.Cryptography;
using System.Text;

namespace AlfrescoBackupFlows.Flows.Archives;

/// <summary>
/// The lines of <c>SHA256SUMS</c>, as <c>sha256sum</c> writes and checks them. There may be millions, so they wait in a
/// file without a name, of this user alone.
/// </summary>
/// <param name="directory">It exists, and is this user's.</param>
internal sealed class ChecksumList(string directory) : IDisposable
{
    private const int HashBytes = 32;

    private readonly SpoolFile _lines = new(directory);

    /// <summary>Bytes of all lines.</summary>
    public long Length => _lines.Length;

    public void Add(ReadOnlySpan<byte> name, ReadOnlySpan<byte> sha256)
    {
        if (sha256.Length != HashBytes)
        {
            throw new ArgumentException($"A SHA-256 has {HashBytes} bytes.", nameof(sha256));
        }

        bool isOdd = name.ContainsAny((byte)'\\', (byte)'\n');
        if (isOdd)
        {
            _lines.Write("\\"u8);
        }

        _lines.Write(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(sha256)));
        _lines.Write("  "u8);
        WriteName(name, isOdd);
        _lines.Write("\n"u8);
    }

    /// <summary>From the first line on. No line is added afterwards.</summary>
    public Stream OpenRead() => _lines.OpenRead();

    /// <summary>Whether a stream has these lines and no others.</summary>
    public async Task<bool> EqualsAsync(Stream other, CancellationToken cancellationToken)
    {
        byte[] expected = new byte[64 << 10];
        byte[] actual = new byte[expected.Length];
        Stream own = OpenRead();
        while (true)
        {
            int length = await own.ReadAtLeastAsync(expected, expected.Length, false, cancellationToken);
            int length2 = await other.ReadAtLeastAsync(actual, actual.Length, false, cancellationToken);
            if (
                length != length2
                || !CryptographicOperations.FixedTimeEquals(expected.AsSpan(0, length), actual.AsSpan(0, length))
            )
            {
                return false;
            }

            if (length == 0)
            {
                return true;
            }
        }
    }

    public void Dispose() => _lines.Dispose();

    private void WriteName(ReadOnlySpan<byte> name, bool isOdd)
    {
        if (!isOdd)
        {
            _lines.Write(name);
            return;
        }

        foreach (byte value in name)
        {
            switch (value)
            {
                case (byte)'\\':
                    _lines.Write("\\\\"u8);
                    break;
                case (byte)'\n':
                    _lines.Write("\\n"u8);
                    break;
                default:
                    _lines.Write([value]);
                    break;
            }
        }
    }
}
