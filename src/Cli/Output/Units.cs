using System.Buffers;
using System.Globalization;

namespace AlfrescoBackupFlows.Cli.Output;

/// <summary>Numbers as people read them.</summary>
internal static class Units
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");
    private static readonly string[] Names = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

    /// <param name="bytes">A count of bytes.</param>
    public static string Bytes(double bytes)
    {
        int unit = 0;
        while (bytes >= 1024 && unit < Names.Length - 1)
        {
            bytes /= 1024;
            unit++;
        }

        return string.Create(
            CultureInfo.InvariantCulture,
            $"{bytes.ToString(unit == 0 ? "0" : "0.0", CultureInfo.InvariantCulture)} {Names[unit]}"
        );
    }

    /// <summary>Reads a size: a number with a unit, <c>500MiB</c>, <c>1.5 GiB</c>, <c>50G</c> (also of 1024), or bytes.</summary>
    public static bool TryParseBytes(string text, out long bytes)
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

    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A count with its noun, which has a regular plural: <c>1 set</c>, <c>2,000 sets</c>.</summary>
    public static string Count(long count, string noun) => $"{Count(count)} {noun}{(count == 1 ? string.Empty : "s")}";

    public static string Time(DateTime utc) => utc.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>Hours, minutes and seconds; hours may be more than 24.</summary>
    public static string Duration(TimeSpan duration) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{(long)duration.TotalHours}:{duration.Minutes:00}:{duration.Seconds:00}"
        );
}
