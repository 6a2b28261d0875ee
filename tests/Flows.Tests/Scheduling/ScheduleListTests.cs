using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Scheduling;
using AlfrescoBackupFlows.Flows.Tests.Retention;
using AlfrescoBackupFlows.Flows.Verify.Records;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.SetChecks;
using AlfrescoBackupFlows.Storage;
using AlfrescoBackupFlows.Storage.Decorators;
using AlfrescoBackupFlows.Testing;
using AlfrescoBackupFlows.Testing.Stores;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Scheduling;

public sealed class ScheduleListTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 3, 0, 0, TimeSpan.Zero);

    private readonly TempDirectory _directory = new();
    private readonly MemoryBlobStore _blobs = new();
    private readonly FakeTimeProvider _time = new(Now);
    private readonly BackupOptions _options = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ScheduleListTests()
    {
        _options.State = Directory.CreateDirectory(_directory.Combine("state")).FullName;
        (_options.Installation.Name, _options.Installation.TimeZone) = ("acme", "Europe/Zurich");
        _options.Repository.Encryption = "none";
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Nothing_that_is_not_asked_for_is_listed()
    {
        await using FlowEnvironment host = await NewHostAsync();

        Assert.Empty(await ReadAsync(host));
    }

    [Fact]
    public async Task Everything_stands_in_one_list_and_what_follows_a_backup_has_the_time_of_one()
    {
        AskForAll();
        await using FlowEnvironment host = await NewHostAsync();
        RunId set = await CommitAsync(host, Now.AddHours(-20));
        await RecordAsync(host, set, SetCheckKinds.Verify, "structure", Now.AddDays(-9));
        await RecordAsync(host, set, SetCheckKinds.Verify, "sample", Now.AddDays(-1));
        await RecordAsync(host, set, SetCheckKinds.Drill, null, Now.AddDays(-10));

        IReadOnlyList<ScheduledWork> list = await ReadAsync(host);

        DateTimeOffset backup = new(2026, 11, 23, 2, 30, 0, TimeSpan.Zero); // 03:30 in Zurich
        Assert.Equal(
            [
                new("backup", "schedule", "30 3 * * *", Now.AddHours(-20), backup, null),
                new("forget", "retention", "after each backup", null, backup, null),
                new("prune", "retention.pruneEvery", "7d, after a backup", null, backup, null),
                new("mirror.0", "mirror.0.every", "after each backup", null, backup, null),
                new("verify", "verify.every", "7d", Now.AddDays(-1), Now.AddDays(6), null),
                new("drill", "drill.every", "30d", Now.AddDays(-10), Now.AddDays(20), null),
                new("summary", "notify.summary", "0 7 * * 1", null, new(2026, 11, 23, 6, 0, 0, TimeSpan.Zero), null),
            ],
            list
        );
    }

    [Fact]
    public async Task What_stands_in_a_repository_that_is_away_is_not_known_and_the_rest_is()
    {
        AskForAll();
        var away = new ReopeningBlobStore(
            "away",
            () => throw new PermanentException(ErrorKind.Storage, "the repository is away")
        );
        await using FlowEnvironment host = NewHost(away);

        IReadOnlyList<ScheduledWork> list = await ReadAsync(host);

        Assert.Equal(
            [
                ("backup", true, "the repository is away"),
                ("forget", true, null),
                ("prune", false, "the repository is away"),
                ("mirror.0", false, "the repository is away"),
                ("verify", false, "the repository is away"),
                ("drill", false, "the repository is away"),
                ("summary", true, null),
            ],
            list.Select(work => (work.Name, work.Next is not null, work.Note))
        );
    }

    [Fact]
    public async Task A_verification_is_due_where_the_last_recorded_one_of_its_depth_is_so_long_ago()
    {
        _options.Verify.Every = TimeSpan.FromDays(7);
        _options.Verify.Depth = "sample";
        await using FlowEnvironment host = await NewHostAsync();
        CheckSchedule<VerifyInput> schedule = CheckSchedules.OfVerifications(host);
        Assert.Null(await schedule.FindDueAsync(Token));

        RunId set = await CommitAsync(host, Now.AddDays(-9));
        await RecordAsync(host, set, SetCheckKinds.Verify, "structure", Now);
        Assert.Equal("sample", (await schedule.FindDueAsync(Token))!.Depth);

        await schedule.TryStartAsync(_ => Task.FromResult(false), (_, _) => Task.FromResult("verify-1"), Token);
        Assert.Null(await CheckSchedules.OfVerifications(host).FindDueAsync(Token));
        _time.Advance(TimeSpan.FromDays(1));
        Assert.NotNull(await schedule.FindDueAsync(Token));

        await RecordAsync(host, set, SetCheckKinds.Verify, "sample", _time.GetUtcNow());
        _time.Advance(TimeSpan.FromDays(6));
        Assert.Null(await schedule.FindDueAsync(Token));
        _time.Advance(TimeSpan.FromDays(1));
        Assert.NotNull(await schedule.FindDueAsync(Token));
    }

    private void AskForAll()
    {
        _options.Schedule = "30 3 * * *";
        _options.Retention.KeepDaily = 14;
        _options.Mirror = [new MirrorTargetOptions { Url = "file:///mnt/usb/acme" }];
        _options.Verify.Every = TimeSpan.FromDays(7);
        _options.Verify.Depth = "sample";
        (_options.Drill.Every, _options.Drill.Server) = (TimeSpan.FromDays(30), "postgresql://drill@scratch:5433");
        _options.Notify.Summary = "0 7 * * 1";
    }

    private static Task<IReadOnlyList<ScheduledWork>> ReadAsync(FlowEnvironment host) =>
        new ScheduleList(host).ReadAsync(Token);

    private async Task<FlowEnvironment> NewHostAsync()
    {
        await BackupRepository.InitAsync(_blobs, new RepositoryInit("none", null, "first", TimeProvider.System), Token);
        return NewHost(_blobs);
    }

    private FlowEnvironment NewHost(IBlobStore blobs) =>
        new(
            new LoadedOptions(_options, null, null, []),
            new RepositoryStores(blobs, blobs == _blobs ? new MemoryBlobStore() : blobs),
            _time,
            NullLoggerFactory.Instance
        );

    private static async Task<RunId> CommitAsync(FlowEnvironment host, DateTimeOffset @sealed)
    {
        BackupRepository repository = await host.Repository.OpenAsync(Token);
        RunOpened run = await repository.Log.OpenRunAsync(RunId.Create(@sealed, Guid.NewGuid()), "acme", Token);
        await repository.Log.CommitAsync(
            run.Run,
            run.Base,
            Manifests.Empty(run.Run, run.Base, "acme", isConsistent: true) with
            {
                Sealed = @sealed,
            },
            Token
        );
        return run.Run;
    }

    private static async Task RecordAsync(
        FlowEnvironment host,
        RunId set,
        string kind,
        string? depth,
        DateTimeOffset ended
    ) =>
        await (await host.Repository.OpenAsync(Token)).SetChecks.AddAsync(
            _ => [new SetCheck(set, kind, depth, ended, ended, Passed: true, Errors: 0, [], "abf test")],
            Token
        );
}
