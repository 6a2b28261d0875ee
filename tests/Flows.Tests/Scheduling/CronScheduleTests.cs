using System.Globalization;
using AlfrescoBackupFlows.Flows.Scheduling;
using AlfrescoBackupFlows.Platform.Errors;
using TimeZoneConverter;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Scheduling;

public sealed class CronScheduleTests
{
    [Theory]
    [InlineData("30 3 * * *", "Europe/Zurich", "2026-01-15T12:00Z", "2026-01-16T02:30Z")]
    [InlineData("30 3 * * *", "Europe/Zurich", "2026-07-15T12:00Z", "2026-07-16T01:30Z")]
    [InlineData("0 30 3 * * *", "Europe/Zurich", "2026-07-15T12:00Z", "2026-07-16T01:30Z")]
    [InlineData("30 3 * * *", "W. Europe Standard Time", "2026-07-15T12:00Z", "2026-07-16T01:30Z")]
    [InlineData("30 3 * * *", "America/New_York", "2026-07-15T12:00Z", "2026-07-16T07:30Z")]
    [InlineData("30 3 * * 1-5", "UTC", "2026-11-20T12:00Z", "2026-11-23T03:30Z")]
    public void A_schedule_is_meant_in_the_installation_s_zone(string cron, string zone, string after, string next) =>
        Assert.Equal(Moment(next), Schedule(cron, zone).NextAfter(Moment(after)));

    /// <summary>At 2:00 the clock is put to 3:00: the night has no 2:30, and its backup is taken all the
    /// same.</summary>
    [Fact]
    public void A_night_whose_hour_is_left_out_has_its_backup_when_the_clock_goes_on() =>
        Assert.Equal(
            Moment("2026-03-29T01:00Z"),
            Schedule("30 2 * * *", "Europe/Zurich").NextAfter(Moment("2026-03-28T12:00Z"))
        );

    /// <summary>At 3:00 the clock is put back to 2:00: the night has 2:30 twice.</summary>
    [Fact]
    public void A_night_whose_hour_comes_twice_has_one_backup()
    {
        CronSchedule schedule = Schedule("30 2 * * *", "Europe/Zurich");

        DateTimeOffset first = schedule.NextAfter(Moment("2026-10-24T12:00Z"))!.Value;

        Assert.Equal(Moment("2026-10-25T00:30Z"), first);
        Assert.Equal(Moment("2026-10-26T01:30Z"), schedule.NextAfter(first));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(-400)]
    public async Task The_next_night_has_its_backup_when_the_clock_is_put_right(int daysWrong)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        DateTimeOffset right = Moment("2026-11-22T12:00Z");
        var clock = new CorrectedClock(right.AddDays(daysWrong), right);
        CronSchedule schedule = CronSchedule.Parse("schedule", "30 3 * * *", TimeZoneInfo.Utc, clock);
        List<DateTimeOffset> fired = [];

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            schedule.RunAsync(
                () =>
                {
                    fired.Add(clock.GetUtcNow());
                    if (fired[^1] >= Moment("2026-11-23T00:00Z"))
                    {
                        stop.Cancel();
                    }

                    return Task.CompletedTask;
                },
                stop.Token
            )
        );

        Assert.Equal(Moment("2026-11-23T03:30Z"), fired[^1]);
        Assert.InRange(fired.Count, 1, 2);
    }

    [Fact]
    public async Task What_was_due_while_nobody_looked_is_made_up_for_once()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        DateTimeOffset now = Moment("2026-11-22T03:30:05Z");
        CronSchedule schedule = CronSchedule.Parse(
            "schedule",
            "30 3 * * *",
            TimeZoneInfo.Utc,
            new CorrectedClock(now, now)
        );
        int fired = 0;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            schedule.RunAsync(
                () =>
                {
                    fired++;
                    stop.Cancel();
                    return Task.CompletedTask;
                },
                stop.Token,
                Moment("2026-11-22T03:29:58Z")
            )
        );

        Assert.Equal(1, fired);
    }

    [Fact]
    public void What_is_no_schedule_is_said_with_an_example() =>
        Assert.Contains("30 3 * * *", Assert.Throws<PermanentException>(() => Schedule("every night", "UTC")).Message);

    private static CronSchedule Schedule(string cron, string zone) =>
        CronSchedule.Parse("schedule", cron, TZConvert.GetTimeZoneInfo(zone), TimeProvider.System);

    private static DateTimeOffset Moment(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
