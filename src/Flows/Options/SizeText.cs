using System.Buffers;
using System.Globalization;

namespace AlfrescoBackupFlows.Flows.Options;

/// <summary>Sizes as people write them.</summary>
public static class SizeText
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");
    private static readonly string[] Names = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

    /// <summary>Reads a size: a number with a unit, <c>500MiB</c>, <c>1.5 GiB</c>, <c>50G</c> (also of 1024), or
    /// bytes.</summary>
    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        string trimmed = text.Trim();
        int end = trimmed.AsSpan().IndexOfAnyExcept(Digits);
        string unit = end < 0 ? "B" : trimmed[end..].Trim();
        int power = Array.FindIndex(
            Names,
            name =>
                name.Equals(unit, StringComparison.OrdinalIgnoreCase)
                || (name.Length > 1 && name[..1].Equals(unit, StringComparison.OrdinalIgnoreCase))
        );
        bool fits =
            power >= 0
            && decimal.TryParse(
                end < 0 ? trimmed : trimmed[..end],
                NumberStyles.AllowDecimalPoint,
                CultureInfo.InvariantCulture,
                out decimal number
            )
            && (decimal)Math.Pow(1024, power) is var scale
            && number <= long.MaxValue / scale
            && (bytes = (long)(number * scale)) >= 0;
        return fits;
    }
}
