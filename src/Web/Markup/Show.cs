using System.Globalization;

namespace AlfrescoBackupFlows.Web.Markup;

/// <summary>Numbers and times as people read them.</summary>
internal static class Show
{
    public static string Text(DateTime utc) => utc.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    public static Html Time(DateTime utc) =>
        Html.Of(
            $"<time datetime=\"{utc.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)}\">{Text(utc)}</time>"
        );

    /// <summary>The two largest units: <c>3 h 12 min</c>. Clocks may say that less than nothing has passed: that is nothing.</summary>
    public static string Duration(TimeSpan time) =>
        time < TimeSpan.FromSeconds(1) ? "0 s"
        : time < TimeSpan.FromMinutes(1) ? $"{(int)time.TotalSeconds} s"
        : time < TimeSpan.FromHours(1) ? $"{(int)time.TotalMinutes} min {time.Seconds} s"
        : time < TimeSpan.FromDays(2) ? $"{(int)time.TotalHours} h {time.Minutes} min"
        : $"{(int)time.TotalDays} d {time.Hours} h";

    /// <summary>Names from a database may have no end: at most so many characters of one.</summary>
    public static string Short(string text, int max = 200)
    {
        if (text.Length <= max)
        {
            return text;
        }

        int length = char.IsHighSurrogate(text[max - 1]) ? max - 1 : max;
        return $"{text[..length]} ... ({text.Length.ToString("N0", CultureInfo.InvariantCulture)} characters)";
    }

    /// <summary>0 to 100.</summary>
    public static int Percent(long done, long total) => total <= 0 ? 0 : (int)Math.Clamp(100.0 * done / total, 0, 100);
}
