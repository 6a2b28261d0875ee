using System.Reflection;
using AlfrescoBackupFlows.Flows;
using AlfrescoBackupFlows.Flows.Backup;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Drill;
using AlfrescoBackupFlows.Flows.Drill.Records;
using AlfrescoBackupFlows.Flows.Mirroring;
using AlfrescoBackupFlows.Flows.Mirroring.Records;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Restore;
using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Flows.Retention;
using AlfrescoBackupFlows.Flows.Retention.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Flows.Verify;
using AlfrescoBackupFlows.Flows.Verify.Records;
using AlfrescoBackupFlows.Hosting.Notifications;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Garbage;
using AlfrescoBackupFlows.Repository.Verification;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Hosting.Tests.Notifications;

/// <summary>Every kind of trouble, as webhook and mail get it: at once, a day later while it lasts, and when it is
/// over.</summary>
public sealed class EventKindsTests : IDisposable
{
    /// <summary>Told by looks that have tests of their own, or not trouble at all.</summary>
    private static readonly string[] Elsewhere =
    [
        NotificationEvents.Age,
        NotificationEvents.Storage,
        NotificationEvents.Space,
        NotificationEvents.Configuration,
        NotificationEvents.Channel,
        NotificationEvents.Summary,
        NotificationEvents.Test,
    ];

    private static readonly RunId Run = RunId.Create(DateTimeOffset.UnixEpoch, Guid.Empty);
    private static readonly FlowFailure Fault = new(ErrorKind.Storage, "no route", IsRetryable: true);

    /// <summary>What makes trouble, or ends it.</summary>
    private static readonly (string Event, Func<FlowNotifications, bool, Task> Tell)[] Kinds =
    [
        (NotificationEvents.Backup, (told, isBad) => EndedAsync(told, nameof(HotBackupFlow), "{}", Set(), isBad)),
        (NotificationEvents.Findings, (told, isBad) => SealedAsync(told, Set() with { Missing = isBad ? 2 : 0 })),
        (NotificationEvents.Retention, (told, isBad) => SealedAsync(told, Set() with { RetentionFault = Of(isBad) })),
        (NotificationEvents.Mirror, (told, isBad) => SealedAsync(told, Set() with { MirrorFault = Of(isBad) })),
        (
            NotificationEvents.Retention,
            (told, isBad) =>
                EndedAsync(told, nameof(PruneFlow), new PruneInput(null, null, false), PruneReport.Nothing, isBad)
        ),
        (
            NotificationEvents.Mirror,
            (told, isBad) =>
                EndedAsync(
                    told,
                    nameof(MirrorTargetFlow),
                    new MirrorTargetInput(0, "a-hash"),
                    new MirrorTargetResult(1, 1, 0, null),
                    isBad
                )
        ),
        (
            NotificationEvents.Restore,
            (told, isBad) =>
                EndedAsync(
                    told,
                    nameof(RestoreFlow),
                    new RestoreInput(Run, "/srv/restored", null, null, 1),
                    Restored(lost: 0),
                    isBad
                )
        ),
        (
            NotificationEvents.Verification,
            (told, isBad) =>
                EndedAsync(
                    told,
                    nameof(VerifyFlow),
                    new VerifyInput(null, ReadData: false),
                    new VerifyResult(1, VerifyReport.None),
                    isBad
                )
        ),
        (NotificationEvents.Drill, (told, isBad) => EndedAsync(told, nameof(DrillFlow), "{}", NewDrill(), isBad)),
        (
            NotificationEvents.Repository,
            (told, isBad) =>
                told.EndedAsync(
                    nameof(HotBackupFlow),
                    "r1",
                    "{}",
                    BackupTasks.Converter.Write(Set()),
                    null,
                    isBad ? ["no route"] : []
                )
        ),
        (NotificationEvents.Keys, (told, isBad) => told.CommandEndedAsync(CommandKind.Reseal, isBad ? Fault : null)),
    ];

    private readonly NotificationBench _bench = new();
    private readonly SmtpStandIn _mail = new();

    public EventKindsTests()
    {
        MailOptions mail = _bench.Options.Mail;
        (mail.Server, mail.Port, mail.Tls) = ("127.0.0.1", _mail.Port, MailOptions.NoTls);
        (mail.From, mail.To) = ("abf@example.com", ["a@example.com"]);
    }

    public static TheoryData<int> Numbers => [.. Enumerable.Range(0, Kinds.Length)];

    public void Dispose()
    {
        _mail.Dispose();
        _bench.Dispose();
    }

    [Theory]
    [MemberData(nameof(Numbers))]
    public async Task Trouble_of_every_kind_is_told_once_a_day_while_it_lasts_and_when_it_is_over(int number)
    {
        (string about, Func<FlowNotifications, bool, Task> tell) = Kinds[number];

        await TellAsync(isBad: true);
        _bench.Pass(TimeSpan.FromHours(1));
        await TellAsync(isBad: true);
        _bench.Pass(TimeSpan.FromHours(22));
        await TellAsync(isBad: true);
        await TellAsync(isBad: false);
        await TellAsync(isBad: false);

        string[] expected = [$"{about} problem", $"{about} problem", $"{about} over"];
        Assert.Equal(expected, _bench.Told.Select(told => $"{told.Item1} {told.Item2}"));
        Assert.Equal(
            expected.Select(line => line.Replace(" ", ", ", StringComparison.Ordinal)),
            _mail.Seen.Select(mail =>
                mail.Source.Split('\n').Single(line => line.StartsWith("event: ", StringComparison.Ordinal))[7..]
            )
        );
        Assert.Empty(_bench.Said);

        // As another process each time.
        async Task TellAsync(bool isBad)
        {
            using Notifier notifier = _bench.NewNotifier();
            await tell(new FlowNotifications(notifier), isBad);
        }
    }

    [Fact]
    public void Every_kind_stands_in_the_list()
    {
        IEnumerable<string> all = typeof(NotificationEvents)
            .GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => (string)field.GetRawConstantValue()!);

        Assert.Equal(all.Order(), Kinds.Select(kind => kind.Event).Concat(Elsewhere).Distinct().Order());
    }

    [Fact]
    public async Task A_prune_that_only_looks_and_what_was_cancelled_tell_nothing()
    {
        using Notifier notifier = _bench.NewNotifier();
        var told = new FlowNotifications(notifier);
        var cancelled = new FlowFailure(ErrorKind.Cancelled, "cancelled", IsRetryable: false);
        string look = BackupTasks.Converter.Write(new PruneInput(null, null, IsDryRun: true));
        string prune = BackupTasks.Converter.Write(new PruneInput(null, null, IsDryRun: false));

        await told.EndedAsync(nameof(PruneFlow), "prune-1", look, null, Fault, alarms: null);
        await told.EndedAsync(nameof(PruneFlow), "prune-2", prune, null, cancelled, alarms: null);

        Assert.Empty(_bench.Told);
    }

    /// <summary>Whoever copies to a place, or prunes: it is one problem.</summary>
    [Fact]
    public async Task What_a_flow_could_not_do_is_over_when_a_command_did_it()
    {
        const string Url = "file:///mnt/usb";
        var mirror = new MirrorTargetInput(0, MirrorMemory.KeyOf(Url));
        using Notifier notifier = _bench.NewNotifier();
        var told = new FlowNotifications(notifier);
        await EndedAsync(told, nameof(MirrorTargetFlow), mirror, "null", isBad: true);
        await EndedAsync(told, nameof(PruneFlow), new PruneInput(null, null, false), "null", isBad: true);

        await told.CommandEndedAsync(CommandKind.Mirror($"{Url}/"), problem: null);
        await told.CommandEndedAsync(CommandKind.Prune, problem: null);

        Assert.Equal(
            ["mirror problem", "retention problem", "mirror over", "retention over"],
            _bench.Told.Select(one => $"{one.Item1} {one.Item2}")
        );
    }

    [Fact]
    public async Task What_came_to_its_end_without_all_that_it_should_have_is_told()
    {
        using Notifier notifier = _bench.NewNotifier();
        var told = new FlowNotifications(notifier);
        var mirror = new MirrorTargetInput(2, "a-hash");
        var restore = new RestoreInput(Run, "/srv/restored", null, null, 1);
        await EndedAsync(told, nameof(MirrorTargetFlow), mirror, new MirrorTargetResult(1, 1, 7, null), isBad: false);
        await EndedAsync(told, nameof(RestoreFlow), restore, Restored(lost: 3), isBad: false);

        Assert.Equal(
            [
                "mirror 7 blobs of the repository are longer than any may be, or lie in its log behind a gap, and were not copied",
                "restore 3 files that the repository lost are not in the target",
            ],
            _bench.Told.Select(one => $"{one.Item1} {one.Item3}")
        );
        Assert.Contains("\"title\":\"acme: the mirror to mirror.2 failed\"", _bench.Server.Seen[0].Body);
    }

    [Fact]
    public async Task A_channel_that_fails_is_told_by_the_others_and_so_is_its_return()
    {
        _mail.Refuses = true;
        await ObserveAsync("full");
        _bench.Pass(TimeSpan.FromHours(22));
        await ObserveAsync("full");
        _mail.Refuses = false;
        await ObserveAsync(null);

        Assert.Equal(
            ["space problem", "channel problem", "space problem", "channel problem", "space over", "channel over"],
            _bench.Told.Select(one => $"{one.Item1} {one.Item2}")
        );
        Assert.Contains("\"title\":\"acme: mail takes no notifications\"", _bench.Server.Seen[1].Body);
        Assert.StartsWith("notify.mail.server: 127.0.0.1 did not take the mail (", _bench.Told.ElementAt(1).Item3);
        // The mail that works again tells it as well.
        Assert.Equal(2, _mail.Seen.Count);

        async Task ObserveAsync(string? problem)
        {
            using Notifier notifier = _bench.NewNotifier();
            await notifier.ObserveAsync(new Observation(NotificationEvents.Space, "a disk", problem, run: null));
        }
    }

    [Fact]
    public async Task A_ping_that_nobody_takes_is_told_by_the_channels()
    {
        _bench.Options.Ping.Url = $"http://127.0.0.1:{FreePort.Next()}/1234";
        using Notifier notifier = _bench.NewNotifier();

        await SealedAsync(new FlowNotifications(notifier), Set());

        Assert.Equal(["channel problem"], _bench.Told.Select(one => $"{one.Item1} {one.Item2}"));
        Assert.StartsWith("notify.ping.url: 127.0.0.1 did not take", Assert.Single(_bench.Said));
    }

    private static string? Of(bool isBad) => isBad ? "no route" : null;

    private static HotBackupResult Set() => GoodBackup.Of(Run);

    private static DrillResult NewDrill() =>
        new(Run, DateTimeOffset.UnixEpoch, 1, [], 3, 30, new DrillCheck(0, 0, 0, 0, 0, [], []), []);

    private static RestoreResult Restored(long lost) =>
        new()
        {
            Set = Run,
            Files = 3,
            Bytes = 30,
            DatabaseRestored = false,
            Required = 3,
            Missing = 0,
            NamedMissing = [],
            CarriedOver = 0,
            Lost = lost,
            Unset = UnsetAttributes.None,
            Warnings = [],
        };

    private static Task SealedAsync(FlowNotifications told, HotBackupResult set) =>
        told.EndedAsync(nameof(HotBackupFlow), "r1", "{}", BackupTasks.Converter.Write(set), null, alarms: null);

    private static Task EndedAsync<TInput, TResult>(
        FlowNotifications told,
        string flow,
        TInput input,
        TResult result,
        bool isBad
    )
        where TInput : notnull
        where TResult : notnull =>
        told.EndedAsync(
            flow,
            "r1",
            input as string ?? BackupTasks.Converter.Write(input),
            isBad ? null : BackupTasks.Converter.Write(result),
            isBad ? Fault : null,
            alarms: null
        );
}
