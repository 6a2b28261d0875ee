using AlfrescoBackupFlows.Hosting.Options;
using Xunit;

namespace AlfrescoBackupFlows.Hosting.Tests.Options;

public sealed class DurationTests
{
    [Theory]
    [InlineData("26h", 26 * 60)]
    [InlineData("1d12h", 36 * 60)]
    [InlineData("90m", 90)]
    [InlineData("1h10min", 70)]
    [InlineData("26:00", 26 * 60)]
    [InlineData("26:00:00", 26 * 60)]
    [InlineData("7.00:00:00", 7 * 24 * 60)]
    public void Durations_are_read_as_people_write_them(string text, int minutes)
    {
        Assert.True(Duration.TryParse(text, out TimeSpan duration));
        Assert.Equal(TimeSpan.FromMinutes(minutes), duration);
    }

    [Theory]
    [InlineData("1d2h", 26 * 60)]
    [InlineData("7d", 7 * 24 * 60)]
    [InlineData("1h30m", 90)]
    [InlineData("0s", 0)]
    public void A_duration_is_written_so_that_it_is_read_again(string expected, int minutes)
    {
        Assert.Equal(expected, Duration.Format(TimeSpan.FromMinutes(minutes)));
        Assert.True(Duration.TryParse(expected, out TimeSpan again));
        Assert.Equal(TimeSpan.FromMinutes(minutes), again);
    }

    [Theory]
    [InlineData("")]
    [InlineData("26")]
    [InlineData("-1h")]
    [InlineData("1h2d")]
    [InlineData("1:60")]
    [InlineData("999999d")]
    public void Anything_else_is_refused(string text) => Assert.False(Duration.TryParse(text, out _));
}
