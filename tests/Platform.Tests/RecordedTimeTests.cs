using Xunit;

namespace AlfrescoBackupFlows.Platform.Tests;

public sealed class RecordedTimeTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 3, 30, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(-60, true)]
    [InlineData(-59, false)]
    [InlineData(0, false)]
    [InlineData(5, false)] // two machines, or a clock that is being set
    [InlineData(6, true)]
    [InlineData(400 * 24 * 60, true)]
    public void A_time_of_the_future_is_due(int minutes, bool isDue) =>
        Assert.Equal(isDue, RecordedTime.IsDue(Now.AddMinutes(minutes), TimeSpan.FromHours(1), Now));

    [Theory]
    [InlineData(-61, true)]
    [InlineData(-60, false)]
    [InlineData(60, false)]
    [InlineData(61, true)]
    public void Far_off_is_far_off_in_both_directions(int minutes, bool isFarOff) =>
        Assert.Equal(isFarOff, RecordedTime.IsFarOff(Now.AddMinutes(minutes), TimeSpan.FromHours(1), Now));
}
