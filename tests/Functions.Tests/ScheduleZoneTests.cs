using Xunit;

namespace AlfrescoBackupFlows.Functions.Tests;

public sealed class ScheduleZoneTests
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 22, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("Europe/Zurich", "WEBSITE_TIME_ZONE", "Europe/Zurich")]
    [InlineData("Europe/Zurich", "TZ", "Europe/Zurich")]
    [InlineData("Europe/Zurich", "WEBSITE_TIME_ZONE", "W. Europe Standard Time")]
    [InlineData("UTC", "", "")]
    [InlineData(null, "", "")]
    public void A_schedule_in_the_installation_s_zone_is_right(string? installation, string variable, string value) =>
        Assert.Null(ScheduleZone.Misfit(installation, name => name == variable ? value : null, s_now));

    [Theory]
    [InlineData("", "")]
    [InlineData("TZ", "America/New_York")]
    public void Another_zone_is_said_with_its_mend(string variable, string value)
    {
        string? misfit = ScheduleZone.Misfit("Europe/Zurich", name => name == variable ? value : null, s_now);

        Assert.Contains("set WEBSITE_TIME_ZONE (in a container TZ) to Europe/Zurich", misfit);
    }
}
