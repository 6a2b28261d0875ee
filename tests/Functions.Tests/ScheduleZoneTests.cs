using AlfrescoBackupFlows.Functions.Hosting;
using Xunit;

namespace AlfrescoBackupFlows.Functions.Tests;

public sealed class ScheduleZoneTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("Europe/Zurich", "Europe/Zurich")]
    [InlineData("W. Europe Standard Time", "Europe/Zurich")]
    [InlineData("UTC", "UTC")]
    [InlineData(null, "UTC")]
    public void A_schedule_in_the_installation_s_zone_is_right(string? installation, string host) =>
        Assert.Null(ScheduleZone.Misfit(installation, TimeZoneInfo.FindSystemTimeZoneById(host), Now));

    [Theory]
    [InlineData("UTC")]
    [InlineData("America/New_York")]
    public void Another_zone_is_said_with_its_fix(string host)
    {
        string? misfit = ScheduleZone.Misfit("Europe/Zurich", TimeZoneInfo.FindSystemTimeZoneById(host), Now);

        Assert.Contains($"in the zone {host} ", misfit);
        Assert.Contains("set TZ (on Windows WEBSITE_TIME_ZONE) to Europe/Zurich", misfit);
    }
}
