using System.Text.Json;
using AlfrescoBackupFlows.Flows;
using AlfrescoBackupFlows.Flows.Backup;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Drill;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Flows.Verify;
using AlfrescoBackupFlows.Flows.Verify.Records;
using AlfrescoBackupFlows.Hosting.Notifications;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Verification;
using Xunit;

namespace AlfrescoBackupFlows.Hosting.Tests.Notifications;

/// <summary>What ends of flows mean to those who are told.</summary>
public sealed class FlowNotificationsTests : IDisposable
{
    private static readonly RunId Run = RunId.Create(DateTimeOffset.UnixEpoch, Guid.Empty);

    private static readonly HotBackupResult Good = GoodBackup.Of(Run);

    private readonly NotificationBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_good_backup_is_pinged_and_told_only_where_that_is_asked_for()
    {
        await StartedAsync();
        await SealedAsync(Good);
        Assert.Empty(_bench.Told);

        _bench.Options.OnSuccess = true;
        await SealedAsync(Good);

        Assert.Equal([("backup", "ok", $"set {Run}: 3 files, 30 bytes, 10 of them stored")], _bench.Told);
        Assert.Equal(["/ping/1234/start?rid=1", "/ping/1234?rid=1", "/ping/1234?rid=1"], _bench.Pings);
    }

    [Fact]
    public async Task Findings_retention_and_mirrors_are_problems_of_their_own_and_end_each_for_itself()
    {
        await SealedAsync(Good with { Consistent = false, Missing = 2, RetentionFault = "no", MirrorFault = "full" });
        await SealedAsync(Good with { MirrorFault = "full" });

        Assert.Equal(
            [
                ("findings", "problem"),
                ("retention", "problem"),
                ("mirror", "problem"),
                ("findings", "over"),
                ("retention", "over"),
            ],
            _bench.Told.Select(told => (told.Item1, told.Item2))
        );
        Assert.StartsWith($"set {Run}: 2 required files missing, 0 gone", _bench.Told.First().Item3);
        Assert.Equal(["/ping/1234/fail?rid=1", "/ping/1234/fail?rid=1"], _bench.Pings);
    }

    [Fact]
    public async Task A_failed_backup_is_told_by_its_line_and_an_unexpected_one_by_none()
    {
        await FailedAsync(new FlowFailure(ErrorKind.Source, "the database is away", IsRetryable: true));
        await SealedAsync(Good);
        await FailedAsync(new FlowFailure(ErrorKind.Unexpected, "NullReference at secret", IsRetryable: false));

        Assert.Equal(
            [
                ("backup", "problem", "the database is away"),
                ("backup", "over", "the database is away"),
                ("backup", "problem", "an unexpected failure; the host's log has the details"),
            ],
            _bench.Told
        );
    }

    [Fact]
    public async Task One_that_was_given_up_is_no_problem_and_one_that_is_busy_not_even_a_ping()
    {
        await FailedAsync(new FlowFailure(ErrorKind.Cancelled, "cancelled", IsRetryable: false));
        await NotStartedAsync(new FlowFailure(ErrorKind.Busy, "another backup runs", IsRetryable: false));
        Assert.Equal(["/ping/1234/fail?rid=1"], _bench.Pings);
        Assert.Empty(_bench.Told);

        await NotStartedAsync(new FlowFailure(ErrorKind.Storage, "no route", IsRetryable: true));

        Assert.Equal([("backup", "problem", "no route")], _bench.Told);
        Assert.Equal(2, _bench.Pings.Count());
    }

    [Fact]
    public async Task A_verification_of_another_depth_or_set_does_not_end_a_problem()
    {
        var unsound = new VerifyReport(
            [new Finding(FindingSeverity.Error, Run, "pack 1 is gone")],
            1,
            0,
            VerifyTotals.None
        );
        var all = new VerifyInput(null, ReadData: true);

        await VerifiedAsync(all, unsound);
        await VerifiedAsync(all with { ReadData = false }, VerifyReport.None);
        await VerifiedAsync(all with { Set = Run }, VerifyReport.None);
        Assert.Equal([("verification", "problem", "1 findings; pack 1 is gone")], _bench.Told);

        await VerifiedAsync(all, VerifyReport.None);

        Assert.Equal("over", _bench.Told.Last().Item2);
        Assert.Empty(_bench.Pings);
    }

    [Fact]
    public async Task A_result_that_nobody_can_read_is_said_and_stops_nothing()
    {
        await EndedAsync(nameof(HotBackupFlow), "{}", "[]", null);

        Assert.StartsWith("a notification failed: ", Assert.Single(_bench.Said));
        Assert.Empty(_bench.Server.Seen);
    }

    [Fact]
    public async Task A_drill_that_could_not_be_made_and_an_alarm_of_the_repository_are_told()
    {
        var failure = new FlowFailure(ErrorKind.Target, "the scratch database is away", IsRetryable: false);
        using Notifier notifier = _bench.NewNotifier();
        await new FlowNotifications(notifier).EndedAsync(nameof(DrillFlow), "drill-1", "{}", null, failure, ["forked"]);
        await new FlowNotifications(notifier).EndedAsync(nameof(DrillFlow), "drill-2", "{}", null, failure, []);
        await new FlowNotifications(notifier).EndedAsync(nameof(DrillFlow), "drill-3", "{}", null, failure, null);

        Assert.Equal(
            [
                ("drill", "problem", "the scratch database is away"),
                ("repository", "problem", "forked"),
                ("repository", "over", "forked"),
            ],
            _bench.Told
        );
    }

    [Fact]
    public async Task The_age_of_the_newest_consistent_set_is_a_problem_until_there_is_a_new_one()
    {
        DateTimeOffset now = DateTimeOffset.UnixEpoch.AddHours(40);
        var old = new SetSummary
        {
            Sequence = 1,
            Id = Run,
            Installation = "acme",
            Started = DateTimeOffset.UnixEpoch,
            Sealed = DateTimeOffset.UnixEpoch,
            Consistent = true,
            Missing = 0,
            Files = 1,
            Bytes = 1,
            AddedBytes = 1,
            Parent = null,
        };
        foreach (
            SetSummary[] sets in (SetSummary[][])
                [
                    [old],
                    [old with { Sealed = now }, old],
                ]
        )
        {
            using Notifier notifier = _bench.NewNotifier();
            await notifier.ObserveAsync(FlowNotifications.AgeOf(sets, TimeSpan.FromHours(36), now));
        }

        string message = $"the newest consistent set is {Run}, and notify.maxAge is 1d12h";
        Assert.Equal([("age", "problem", message), ("age", "over", message)], _bench.Told);
    }

    [Theory]
    [InlineData(nameof(VerifyFlow), "verification", "acme: the verification (sample) of the sets failed")]
    [InlineData(nameof(DrillFlow), "drill", "acme: the drill failed")]
    public async Task A_check_that_was_due_and_could_not_begin_is_told_as_one_that_failed(
        string flow,
        string about,
        string title
    )
    {
        var away = new FlowFailure(ErrorKind.Storage, "no route", IsRetryable: true);
        await WithAsync(told => told.NotStartedAsync(flow, away, "sample"));

        Assert.Equal([(about, "problem", "no route")], _bench.Told);
        Assert.Contains($"\"title\":\"{title}\"", _bench.Server.Seen[0].Body);
        Assert.Empty(_bench.Pings);
    }

    [Fact]
    public async Task A_command_tells_how_it_ended_and_a_mirror_elsewhere_says_nothing_of_this_one()
    {
        var full = new FlowFailure(ErrorKind.Storage, "full", IsRetryable: false);
        CommandKind usb = CommandKind.Mirror("file:///mnt/usb");
        foreach (CommandKind command in (CommandKind[])[CommandKind.Prune, CommandKind.Forget, CommandKind.Reseal, usb])
        {
            await EndedAsync(command, full);
        }

        await EndedAsync(CommandKind.Mirror("file:///mnt/other"), null);
        await EndedAsync(CommandKind.Prune, new FlowFailure(ErrorKind.Busy, "another prune", IsRetryable: true));
        await EndedAsync(CommandKind.Prune, null);
        await EndedAsync(usb, null);

        Assert.Equal(
            [
                ("retention", "problem"),
                ("retention", "problem"),
                ("keys", "problem"),
                ("mirror", "problem"),
                ("retention", "over"),
                ("mirror", "over"),
            ],
            _bench.Told.Select(told => (told.Item1, told.Item2))
        );
        Assert.Equal(
            [
                "acme: the prune failed",
                "acme: the forget failed",
                "acme: the reseal failed",
                "acme: the mirror failed",
                "acme: over: the prune failed (since 2026-05-20 01:30Z)",
                "acme: over: the mirror failed (since 2026-05-20 01:30Z)",
            ],
            _bench.Server.Seen.Select(seen => JsonElement.Parse(seen.Body).GetProperty("title").GetString())
        );

        Task EndedAsync(CommandKind command, FlowFailure? problem) =>
            WithAsync(told => told.CommandEndedAsync(command, problem));
    }

    [Fact]
    public async Task A_run_that_ends_at_a_broken_log_tells_an_alarm_of_the_repository_as_well()
    {
        await FailedAsync(new FlowFailure(ErrorKind.Repository, "entry 7 is gone", IsRetryable: false));

        Assert.Equal(
            [("backup", "problem", "entry 7 is gone"), ("repository", "problem", "entry 7 is gone")],
            _bench.Told
        );
    }

    private Task StartedAsync() => WithAsync(told => told.StartedAsync(nameof(HotBackupFlow), Run.ToString()));

    private Task NotStartedAsync(FlowFailure failure) =>
        WithAsync(told => told.NotStartedAsync(nameof(HotBackupFlow), failure));

    private Task SealedAsync(HotBackupResult result) =>
        EndedAsync(nameof(HotBackupFlow), "{}", BackupTasks.Converter.Write(result), null);

    private Task FailedAsync(FlowFailure failure) => EndedAsync(nameof(HotBackupFlow), "{}", null, failure);

    private Task VerifiedAsync(VerifyInput input, VerifyReport report) =>
        EndedAsync(
            nameof(VerifyFlow),
            BackupTasks.Converter.Write(input),
            BackupTasks.Converter.Write(new VerifyResult(1, report)),
            null
        );

    private Task EndedAsync(string flow, string input, string? result, FlowFailure? failure) =>
        WithAsync(told => told.EndedAsync(flow, Run.ToString(), input, result, failure, alarms: null));

    /// <summary>As another process each time.</summary>
    private async Task WithAsync(Func<FlowNotifications, Task> tell)
    {
        using Notifier notifier = _bench.NewNotifier();
        await tell(new FlowNotifications(notifier));
    }
}
