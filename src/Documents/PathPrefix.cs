using System.Globalization;
using System.Text;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Documents;

/// <summary>
/// What <c>--path</c> asks for: everything whose restored path begins with it. Escapes as listings print them
/// (<c>\xNN</c>, <c>\\</c>) are understood.
/// </summary>
public sealed class PathPrefix
{
    private const NumberStyles Hex = NumberStyles.AllowHexSpecifier;

    private readonly byte[] _bytes;

    /// <summary>A final slash: only what is within that directory.</summary>
    private readonly bool _whole;

    private PathPrefix(byte[] bytes)
    {
        _whole = bytes is [.., (byte)'/'];
        _bytes = _whole ? bytes[..^1] : bytes;
    }

    public static PathPrefix Parse(string text) => new(Unescape(text));

    /// <summary>The bytes that a listing prints as this text.</summary>
    public static byte[] Unescape(string text)
    {
        using var bytes = new MemoryStream();
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length && text[i + 1] == '\\')
            {
                bytes.WriteByte((byte)'\\');
                i++;
            }
            else if (
                text[i] == '\\'
                && i + 3 < text.Length
                && text[i + 1] == 'x'
                && byte.TryParse(text.AsSpan(i + 2, 2), Hex, CultureInfo.InvariantCulture, out byte value)
            )
            {
                bytes.WriteByte(value);
                i += 3;
            }
            else
            {
                int length = char.IsHighSurrogate(text[i]) && i + 1 < text.Length ? 2 : 1;
                bytes.Write(Encoding.UTF8.GetBytes(text.Substring(i, length)));
                i += length - 1;
            }
        }

        return bytes.ToArray();
    }

    /// <summary>Whether a root may have such paths, and from where on they stand in its listing.</summary>
    /// <param name="root">The root's name, the first part of the restored path.</param>
    public PathRange? RangeIn(string root)
    {
        byte[] name = Encoding.UTF8.GetBytes(root);
        if (_bytes.Length <= name.Length)
        {
            bool fits =
                name.AsSpan().StartsWith(_bytes)
                && (!_whole || name.Length == _bytes.Length || name[_bytes.Length] == (byte)'/');
            return fits ? PathRange.All : null;
        }

        if (!_bytes.AsSpan().StartsWith(name) || _bytes[name.Length] != (byte)'/')
        {
            return null;
        }

        // Paths that share a prefix stand together; the reader stops at the first that does not.
        byte[] rest = _bytes[(name.Length + 1)..];
        return _whole ? PathRange.Of(rest) : new PathRange(rest.Length == 0 ? null : rest, null);
    }

    /// <summary>
    /// Whether an entry belongs to the answer; in a range of <see cref="RangeIn"/> the first that does not ends it.
    /// </summary>
    public bool Matches(string root, ReadOnlySpan<byte> path)
    {
        byte[] name = Encoding.UTF8.GetBytes(root);
        return _bytes.Length <= name.Length || path.StartsWith(_bytes.AsSpan(name.Length + 1));
    }
}
