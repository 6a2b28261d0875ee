using System.Buffers;
using System.Globalization;

namespace AlfrescoBackupFlows.Repository.Format;

/// <summary>128-bit ids as 32 lower-case hexadecimal digits, big-endian; nothing else is read.</summary>
internal static class HexId
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

    public static string Format(UInt128 value) => value.ToString("x32", CultureInfo.InvariantCulture);

    public static bool TryParse(ReadOnlySpan<char> text, out UInt128 value)
    {
        value = default;
        return text.Length == 32
            && text.IndexOfAnyExcept(Digits) < 0
            && UInt128.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }
}
