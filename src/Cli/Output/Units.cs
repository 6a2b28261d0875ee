using System.Globalization;
using AlfrescoBackupFlows.Flows.Options;

namespace AlfrescoBackupFlows.Cli.Output;

/// <summary>Numbers as people read them.</summary>
internal static class Units
{
    /// <inheritdoc cref="SizeText.TryParse"/>
    public static bool TryParseBytes(string text, out long bytes) => SizeText.TryParse(text, out bytes);

    public static string Time(DateTime utc) => utc.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>Hours, minutes and seconds; hours may be more than 24.</summary>
    public static string Duration(TimeSpan duration) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{(long)duration.TotalHours}:{duration.Minutes:00}:{duration.Seconds:00}"
        );
}
