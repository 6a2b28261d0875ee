using AlfrescoBackupFlows.Flows.Scheduling;
using AlfrescoBackupFlows.Hosting.Notifications;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.SetChecks;
using Xunit;

namespace AlfrescoBackupFlows.Hosting.Tests.Notifications;

public sealed class WeeklySummaryTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 20, 7, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_week_is_told_in_a_few_lines()
    {
        SetSummary newest = Set(daysAgo: 1, files: 1_200, bytes: 3 << 20);
        SetSummary odd = Set(daysAgo: 2, files: 1_100, bytes: 2 << 20) with { Consistent = false, Missing = 2 };
        SetSummary before = Set(daysAgo: 8, files: 1_000, bytes: 1 << 20);
        var verified = new SetCheck(
            newest.Id,
            SetCheckKinds.Verify,
            "sample",
            Now.AddDays(-1),
            Now.AddHours(-20),
            Passed: true,
            Errors: 0,
            [],
            "abf"
        );

        var summary = new WeeklySummary(
            [newest, odd, before],
            [],
            verified,
            drilled: null,
            [
                new ScheduledWork("backup", "schedule", "30 3 * * *", null, Now.AddHours(20.5), null),
                new ScheduledWork("drill", "drill.every", "30d", null, Now, null),
            ],
            Now
        );

        Assert.Equal("summary: 2 sets in the last 7 days, 1 NOT consistent", summary.Title);
        Assert.Equal(
            [
                "Sets of the last 7 days: 2, 1 of them consistent.",
                $"Newest consistent set: {newest.Id}, sealed 2026-05-19 07:00Z, 1d ago.",
                $"Findings: set {odd.Id}: 2 required files missing.",
                "Growth: 2.0 KiB stored by these sets; the newest has 1,200 files, 3.0 MiB; +200 files, +2,097,152 bytes "
                    + "since a week ago.",
                $"Last verification: sample, 2026-05-19 11:00Z, passed (set {newest.Id}).",
                "Last drill: none is recorded.",
                "Next: backup 2026-05-21 03:30Z, drill is due.",
            ],
            summary.Text().Split('\n')
        );
    }

    [Fact]
    public void A_week_without_a_set_and_an_alarm_stand_in_the_title()
    {
        SetSummary imported = Set(daysAgo: 1, files: 1, bytes: 1) with { Imported = true };

        Assert.Equal("summary: NO set in the last 7 days", Of([imported], []).Title);
        Assert.Equal("summary: the repository has an alarm", Of([], ["forked"]).Title);
        Assert.EndsWith("\nALARM: forked", Of([], ["forked"]).Text());
    }

    private static WeeklySummary Of(SetSummary[] sets, string[] alarms) =>
        new(sets, alarms, verified: null, drilled: null, [], Now);

    private static SetSummary Set(int daysAgo, long files, long bytes) =>
        new()
        {
            Sequence = 1,
            Id = RunId.Create(Now.AddDays(-daysAgo), Guid.NewGuid()),
            Installation = "acme",
            Started = Now.AddDays(-daysAgo),
            Sealed = Now.AddDays(-daysAgo),
            Consistent = true,
            Missing = 0,
            Files = files,
            Bytes = bytes,
            AddedBytes = 1024,
            Parent = null,
        };
}
