using System.Globalization;

namespace AlfrescoBackupFlows.Flows.Options;

/// <summary>Durations as settings have them.</summary>
public static class DurationText
{
    /// <summary>As short as it can be read again: 26 hours are <c>1d2h</c>.</summary>
    public static string Format(TimeSpan duration)
    {
        (int Number, string Unit)[] parts =
        [
            (duration.Days, "d"),
            (duration.Hours, "h"),
            (duration.Minutes, "m"),
            (duration.Seconds, "s"),
        ];
        string text = string.Concat(
            parts
                .Where(part => part.Number > 0)
                .Select(part => string.Create(CultureInfo.InvariantCulture, $"{part.Number}{part.Unit}"))
        );
        return text.Length > 0 ? text : "0s";
    }
}
