using TimeZoneConverter;

namespace AlfrescoBackupFlows.Functions;

/// <summary>
/// The Functions host fires timers, and reads their cron expressions in the zone that <c>WEBSITE_TIME_ZONE</c> names (in a container: <c>TZ</c>;
/// without either: UTC). The schedule is meant in the installation's own zone, as everything about its nights is.
/// </summary>
internal static class ScheduleZone
{
    private static readonly string[] Variables = ["WEBSITE_TIME_ZONE", "TZ"];

    /// <param name="installation">The setting <c>installation.timeZone</c>; null: the host's own zone, so they agree.</param>
    /// <param name="variable">Reads an environment variable.</param>
    /// <param name="now">The coming year is what counts.</param>
    /// <returns>What is wrong and how to mend it, or null.</returns>
    public static string? Misfit(string? installation, Func<string, string?> variable, DateTimeOffset now)
    {
        if (installation is null)
        {
            return null;
        }

        string host = Variables.Select(variable).FirstOrDefault(value => !string.IsNullOrEmpty(value)) ?? "UTC";
        return SameZone(host, installation, now)
            ? null
            : $"ABF__SCHEDULE is read in the zone {host} and installation.timeZone is {installation}: set WEBSITE_TIME_ZONE (in a container TZ) to {installation}";
    }

    /// <summary>Zones that were apart long ago (a Windows id stands for many) may show the same time all year now.</summary>
    private static bool SameZone(string host, string installation, DateTimeOffset now) =>
        host == installation
        || (TZConvert.TryGetTimeZoneInfo(host, out TimeZoneInfo? a)
            && TZConvert.TryGetTimeZoneInfo(installation, out TimeZoneInfo? b)
            && Enumerable.Range(0, 366).All(day => a.GetUtcOffset(now.AddDays(day)) == b.GetUtcOffset(now.AddDays(day))));
}
