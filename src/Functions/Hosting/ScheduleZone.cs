using TimeZoneConverter;

namespace AlfrescoBackupFlows.Functions.Hosting;

/// <summary>
/// The Functions host fires timers, and reads their cron expressions in the local zone of its process, which this one
/// shares: on Linux <c>TZ</c> names it, and UTC where that is not set. The schedule is meant in the installation's own
/// zone, as everything about its nights is.
/// </summary>
internal static class ScheduleZone
{
    /// <param name="installation">The setting <c>installation.timeZone</c>; null: the host's own zone, so they
    /// agree.</param>
    /// <param name="host">The local zone.</param>
    /// <param name="now">The coming year is what counts.</param>
    /// <returns>What is wrong and how to fix it, or null.</returns>
    public static string? Misfit(string? installation, TimeZoneInfo host, DateTimeOffset now) =>
        installation is null || IsSame(host, installation, now)
            ? null
            : $"ABF__SCHEDULE is read in the zone {host.Id} and installation.timeZone is {installation}: "
                + $"set TZ (on Windows WEBSITE_TIME_ZONE) to {installation}";

    /// <summary>
    /// Zones that were apart long ago (a Windows id stands for many) may show the same time all year now.
    /// </summary>
    private static bool IsSame(TimeZoneInfo host, string installation, DateTimeOffset now) =>
        TZConvert.TryGetTimeZoneInfo(installation, out TimeZoneInfo? zone)
        && Enumerable
            .Range(0, 366)
            .Select(day => now.AddDays(day))
            .All(time => host.GetUtcOffset(time) == zone.GetUtcOffset(time));
}
