using System.Globalization;
using AlfrescoBackupFlows.Flows.Options;

namespace AlfrescoBackupFlows.Cli.Output;

/// <summary>Numbers as people read them.</summary>
internal static class Units
{
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

    /// <inheritdoc cref="SizeText.TryParse"/>
    public static bool TryParseBytes(string text, out long bytes) => SizeText.TryParse(text, out bytes);

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
