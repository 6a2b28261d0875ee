using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Flows.Doctor;
using AlfrescoBackupFlows.Flows.Drill.Records;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Scheduling;
using AlfrescoBackupFlows.Flows.Tests.Retention;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.SetChecks;
using AlfrescoBackupFlows.Storage;
using AlfrescoBackupFlows.Testing;
using AlfrescoBackupFlows.Testing.Stores;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Scheduling;

/// <summary>When checks are due by themselves, and what the doctor says of drills: both go by what is recorded.</summary>
public sealed class CheckScheduleTests : IAsyncLifetime
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private readonly TempDirectory _directory = new();
    private readonly MemoryBlobStore _blobs = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 22, 3, 0, 0, TimeSpan.Zero));
    private readonly MemoryBlobStore _control;
    private FlowEnvironment _environment = null!;
    private BackupRepository _repository = null!;
    private int _runs;

    public CheckScheduleTests() => _control = new MemoryBlobStore(_time);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await BackupRepository.InitAsync(_blobs, new RepositoryInit("none", null, "first", TimeProvider.System), Token);
        _environment = NewHost("state");
        _repository = await _environment.Repository.OpenAsync(Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _environment.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task A_drill_is_due_where_the_last_recorded_one_of_any_set_is_so_long_ago()
    {
        var schedule = CheckSchedules.OfDrills(_environment);
        Assert.Null(await schedule.FindDueAsync(Token));

        RunId first = await CommitAsync();
        RunId newest = await CommitAsync();
        await CommitAsync(isConsistent: false);
        DrillInput due = (await schedule.FindDueAsync(Token))!;
        Assert.Equal((newest, _environment.Options.Drill.Server, 0.01), (due.Set, due.Server!.Url, due.Share));

        await RecordAsync(first, passed: false);
        Assert.Null(await schedule.FindDueAsync(Token));

        _time.Advance(29 * Day);
        Assert.Null(await schedule.FindDueAsync(Token));
        _time.Advance(Day);
        Assert.NotNull(await schedule.FindDueAsync(Token));
    }

    [Fact]
    public async Task An_imported_set_neither_puts_a_drill_off_nor_makes_one_overdue()
    {
        var schedule = CheckSchedules.OfDrills(_environment);
        RunId imported = await CommitAsync(isImported: true);
        Assert.Empty(await LookAsync());
        Assert.Equal(imported, (await schedule.FindDueAsync(Token))!.Set);
        await RecordAsync(imported, passed: true);
        Assert.Null(await schedule.FindDueAsync(Token));

        await CommitAsync(isConsistent: false);
        Assert.Null(await schedule.FindDueAsync(Token));
        RunId backup = await CommitAsync(@sealed: _time.GetUtcNow());
        await RecordAsync(imported, passed: false);

        Assert.Equal(backup, (await schedule.FindDueAsync(Token))!.Set);
        Assert.DoesNotContain("drill-failed", await LookAsync());
        await RecordAsync(backup, passed: true);
        Assert.Null(await schedule.FindDueAsync(Token));
    }

    [Fact]
    public async Task One_that_could_not_be_made_is_tried_again_after_a_day_by_whichever_host()
    {
        await CommitAsync();
        await using FlowEnvironment other = NewHost("other");

        Assert.Equal("drill-1", await TryStartAsync(_environment, "drill-1"));

        Assert.Null(await TryStartAsync(other, "drill-2"));
        _time.Advance(Day);
        Assert.Equal("drill-2", await TryStartAsync(other, "drill-2"));
    }

    [Fact]
    public async Task A_start_that_fails_is_tried_again_after_a_day_and_one_in_the_way_at_the_next_look()
    {
        await CommitAsync();
        Assert.Null(await TryStartAsync(_environment, "drill-1", isInTheWay: true));
        await Assert.ThrowsAsync<TransientException>(() =>
            CheckSchedules
                .OfDrills(_environment)
                .TryStartAsync(
                    _ => Task.FromResult(false),
                    (_, _) => throw new TransientException(ErrorKind.Storage, "no route"),
                    Token
                )
        );

        Assert.Null(await TryStartAsync(_environment, "drill-2"));
        _time.Advance(Day);
        Assert.Equal("drill-2", await TryStartAsync(_environment, "drill-2"));
    }

    /// <summary>Another one was started by hand between the look and the start: it tells nothing of this one.</summary>
    [Fact]
    public async Task A_start_that_turns_out_busy_is_tried_again_at_the_next_look_by_whichever_host()
    {
        await CommitAsync();
        await using FlowEnvironment other = NewHost("other");
        for (int look = 0; look < 2; look++)
        {
            await Assert.ThrowsAsync<PermanentException>(() =>
                CheckSchedules
                    .OfDrills(_environment)
                    .TryStartAsync(
                        _ => Task.FromResult(false),
                        (_, _) => throw new PermanentException(ErrorKind.Busy, "a drill is running"),
                        Token
                    )
            );
        }

        Assert.Equal("drill-1", await TryStartAsync(other, "drill-1"));
        Assert.Null(await TryStartAsync(_environment, "drill-2"));
        _time.Advance(Day);
        await Assert.ThrowsAsync<OperationCanceledException>(() =>
            CheckSchedules
                .OfDrills(_environment)
                .TryStartAsync(_ => Task.FromResult(false), (_, _) => throw new OperationCanceledException(), Token)
        );
        Assert.Equal("drill-3", await TryStartAsync(other, "drill-3"));
    }

    /// <summary>As on two hosts whose timers go off at the same second: the second looks while the first begins.</summary>
    [Fact]
    public async Task Of_two_hosts_that_look_at_once_one_starts_a_check()
    {
        await CommitAsync();
        _environment.Options.Verify.Every = Day;
        await using FlowEnvironment other = NewHost("other");
        other.Options.Verify.Every = Day;
        List<string> started = [];

        await CheckSchedules
            .OfVerifications(_environment)
            .TryStartAsync(
                _ => Task.FromResult(false),
                async (_, _) =>
                {
                    started.Add("first");
                    await TryStartOtherAsync();
                    return "first";
                },
                Token
            );
        await TryStartOtherAsync();
        Assert.Equal(["first"], started);

        _time.Advance(Day);
        await TryStartOtherAsync();
        Assert.Equal(["first", "second"], started);

        Task TryStartOtherAsync() =>
            CheckSchedules
                .OfVerifications(other)
                .TryStartAsync(
                    _ => Task.FromResult(false),
                    (_, _) =>
                    {
                        started.Add("second");
                        return Task.FromResult("second");
                    },
                    Token
                );
    }

    /// <summary>A look that takes longer than a lease lasts: another host has begun meanwhile.</summary>
    [Fact]
    public async Task A_host_whose_turn_has_passed_starts_nothing()
    {
        await CommitAsync();
        await using FlowEnvironment other = NewHost("other");

        string? late = await CheckSchedules
            .OfDrills(_environment)
            .TryStartAsync(
                async _ =>
                {
                    _time.Advance(BlobLease.MaxDuration + TimeSpan.FromSeconds(1));
                    Assert.Equal("quick", await TryStartAsync(other, "quick"));
                    return false;
                },
                (_, _) => Task.FromResult("late"),
                Token
            );

        Assert.Null(late);
    }

    [Fact]
    public async Task The_doctor_warns_of_sets_without_a_drill_and_of_one_that_failed()
    {
        Assert.Empty(await LookAsync());
        RunId set = await CommitAsync();
        Assert.Equal(["no-drill"], await LookAsync());

        await RecordAsync(set, passed: true);
        Assert.Empty(await LookAsync());
        _time.Advance(59 * Day);
        Assert.Empty(await LookAsync());
        _time.Advance(Day);
        Assert.Equal(["no-drill"], await LookAsync());

        await RecordAsync(set, passed: false);
        Assert.Equal(["drill-failed"], await LookAsync());
    }

    private async Task<string[]> LookAsync()
    {
        var options = new InstallationOptions
        {
            Name = "acme",
            Root = Directory.CreateDirectory(_directory.Combine("alf_data", "contentstore")).Parent!.FullName,
            Database = { Url = "postgresql://nowhere/alfresco", Username = "alfresco" },
        };
        var subject = new Subject
        {
            Loaded = _environment.Loaded,
            Installation = Installation.Discover(options),
            Time = _time,
            Environment = _environment,
        };
        return [.. (await new DrillsCheck().LookAsync(subject, Token)).Select(notice => notice.Id)];
    }

    private static Task<string?> TryStartAsync(FlowEnvironment host, string id, bool isInTheWay = false) =>
        CheckSchedules
            .OfDrills(host)
            .TryStartAsync(_ => Task.FromResult(isInTheWay), (_, _) => Task.FromResult(id), Token);

    private async Task RecordAsync(RunId set, bool passed) =>
        await _repository.SetChecks.AddAsync(
            _ =>
                [
                    new SetCheck(
                        set,
                        SetCheckKinds.Drill,
                        null,
                        _time.GetUtcNow(),
                        _time.GetUtcNow(),
                        passed,
                        passed ? 0 : 1,
                        passed ? [] : ["a.bin is missing"],
                        "abf test"
                    ),
                ],
            Token
        );

    private async Task<RunId> CommitAsync(
        bool isConsistent = true,
        bool isImported = false,
        DateTimeOffset @sealed = default
    )
    {
        RunOpened run = await _repository.Log.OpenRunAsync(
            RunId.Parse($"20261122T010000Z-{++_runs:x8}"),
            "acme",
            Token
        );
        await _repository.Log.CommitAsync(
            run.Run,
            run.Base,
            Manifests.Empty(run.Run, run.Base, "acme", isConsistent) with
            {
                Sealed = @sealed,
                Origin = isImported
                    ? new OriginStamp("elsewhere", run.Run, "other", DateTimeOffset.UnixEpoch, "abf test")
                    : null,
            },
            Token
        );
        return run.Run;
    }

    private FlowEnvironment NewHost(string state)
    {
        var options = new BackupOptions { State = Directory.CreateDirectory(_directory.Combine(state)).FullName };
        options.Installation.Name = "acme";
        options.Repository.Encryption = "none";
        (options.Drill.Every, options.Drill.Server) = (30 * Day, "postgresql://drill@scratch:5433?sslmode=verify-full");
        return new FlowEnvironment(
            new LoadedOptions(options, null, null, []),
            new RepositoryStores(_blobs, _control),
            _time,
            NullLoggerFactory.Instance
        );
    }
}
