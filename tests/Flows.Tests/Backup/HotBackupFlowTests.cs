using System.Text.Json;
using AlfrescoBackupFlows.Alfresco.SearchIndex;
using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Mirroring.Records;
using AlfrescoBackupFlows.Flows.Retention.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Garbage;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Backup;

/// <summary>The order and the branches of a backup, on any engine: this file is compiled into the tests of
/// each.</summary>
public sealed class HotBackupFlowTests : IDisposable
{
    private readonly StandIns _standIns = new();
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Index_comes_before_SQL_and_SQL_before_files_and_the_seal_last()
    {
        FlowInstance run = await _standIns.RunAsync(_token);

        Assert.True(run.Status == RuntimeStatus.Completed, run.Failure?.Message);
        Assert.Equal(
            [
                "OpenRun",
                "CheckSources",
                "ObserveSearchIndex",
                "CaptureSearchIndex",
                "ObserveSearchIndex",
                "DumpDatabase",
                "ObserveSearchIndex",
                "PlanFiles contentstore",
                "CaptureRange contentstore",
                "MergeListing contentstore",
                "PlanFiles contentstore.deleted",
                "CaptureRange contentstore.deleted",
                "MergeListing contentstore.deleted",
                "CheckConsistency",
                "MergeChunkIndex",
                "CommitSet",
                "CloseRun sealed",
            ],
            _standIns.Calls
        );
        Assert.Equal(
            [PhaseNames.Index, PhaseNames.Database, PhaseNames.Files],
            _standIns.Sealed!.Phases.Select(phase => phase.Name)
        );
        Assert.All(
            _standIns.Sealed.Phases.Zip(_standIns.Sealed.Phases.Skip(1)),
            pair => Assert.True(pair.First.Ended <= pair.Second.Started)
        );
    }

    [Fact]
    public async Task A_retention_follows_the_set_and_goes_on_until_the_prune_is_done()
    {
        int parts = 0;
        _standIns.Check = _standIns.Check with { Retains = true };
        _standIns.Prune = _ => new PrunedPart(PruneReport.Nothing, IsDone: ++parts == 2);

        FlowInstance run = await _standIns.RunAsync(_token);

        Assert.True(run.Status == RuntimeStatus.Completed, run.Failure?.Message);
        Assert.Equal(
            ["CommitSet", "CloseRun sealed", "ForgetSets", "PruneRepository", "PruneRepository"],
            _standIns.Calls.TakeLast(5)
        );
        HotBackupResult result = BackupTasks.Converter.Read<HotBackupResult>(run.Result!);
        Assert.Equal([StandIns.Input.Run], result.Forgotten);
        Assert.Null(result.RetentionFault);
    }

    [Fact]
    public async Task A_retention_that_fails_takes_nothing_from_the_set_and_is_said()
    {
        _standIns.Check = _standIns.Check with { Retains = true };
        _standIns.Prune = _ => throw new PermanentException(ErrorKind.Storage, "the store is gone");

        FlowInstance run = await _standIns.RunAsync(_token);

        Assert.True(run.Status == RuntimeStatus.Completed, run.Failure?.Message);
        HotBackupResult result = BackupTasks.Converter.Read<HotBackupResult>(run.Result!);
        Assert.Equal("the store is gone", result.RetentionFault);
        Assert.False(result.HasFindings);
    }

    [Fact]
    public async Task Mirrors_follow_the_set_before_sets_are_forgotten_and_one_that_fails_stops_no_other()
    {
        int parts = 0;
        _standIns.Check = _standIns.Check with { Mirrors = true, Retains = true };
        _standIns.Mirror = step =>
            step.Target == 0
                ? throw new PermanentException(ErrorKind.Repository, "it has forked")
                : new MirroredPart(5, 500, IsDone: ++parts == 2);

        FlowInstance run = await _standIns.RunAsync(_token);

        Assert.True(run.Status == RuntimeStatus.Completed, run.Failure?.Message);
        Assert.Equal(
            ["ListDueMirrors", "MirrorBlobs", "MirrorBlobs", "MirrorBlobs", "ForgetSets", "PruneRepository"],
            _standIns.Calls.TakeLast(6)
        );
        HotBackupResult result = BackupTasks.Converter.Read<HotBackupResult>(run.Result!);
        Assert.Equal("mirror.0: it has forked", result.MirrorFault);
        Assert.Null(result.RetentionFault);
    }

    [Fact]
    public async Task Without_an_index_the_dump_comes_first()
    {
        _standIns.Check = _standIns.Check with { HasIndex = false };

        await _standIns.RunAsync(_token);

        Assert.DoesNotContain("ObserveSearchIndex", _standIns.Calls);
        Assert.DoesNotContain("CaptureSearchIndex", _standIns.Calls);
        Assert.Equal([PhaseNames.Database, PhaseNames.Files], _standIns.Sealed!.Phases.Select(phase => phase.Name));
    }

    [Fact]
    public async Task A_job_in_the_way_is_waited_for()
    {
        int looks = 0;
        _standIns.Observe = _ =>
            ++looks < 4
                ? new SearchIndexLook(
                    SearchIndexAction.WaitUntil,
                    IsBusy: true,
                    null,
                    "the job is running",
                    _standIns.Time.GetUtcNow() + StandIns.AWhile
                )
                : StandIns.Clear(StandIns.FirstCopy);

        FlowInstance run = await _standIns.RunAsync(_token);

        Assert.Equal(RuntimeStatus.Completed, run.Status);
        Assert.Equal(6, looks);
    }

    [Fact]
    public async Task What_a_run_has_waited_is_taken_off_its_next_wait()
    {
        _standIns.Check = _standIns.Check with { RefreshesIndex = true };
        var left = new List<TimeSpan>();
        _standIns.Observe = input =>
        {
            if (input.Expected > TimeSpan.Zero)
            {
                left.Add(input.GiveUpAt - _standIns.Time.GetUtcNow());
            }

            return left.Count < 3
                ? new SearchIndexLook(
                    SearchIndexAction.WaitUntil,
                    IsBusy: true,
                    null,
                    "the job is running",
                    _standIns.Time.GetUtcNow() + StandIns.AWhile
                )
                : StandIns.Clear(StandIns.FirstCopy);
        };

        FlowInstance run = await _standIns.RunAsync(_token);

        Assert.Equal(RuntimeStatus.Completed, run.Status);
        Assert.Equal(4, left.Count);
        Assert.True(left[3] <= _standIns.Check.MaxWait - (2 * StandIns.SurelyWaited), $"{left[3]} are left");
    }

    [Fact]
    public async Task A_refused_window_ends_busy_and_aborts_the_run()
    {
        _standIns.Observe = _ => new SearchIndexLook(
            SearchIndexAction.Refuse,
            IsBusy: true,
            null,
            "the job is running",
            null
        );

        FlowInstance run = await _standIns.RunAsync(_token);

        Assert.Equal(ErrorKind.Busy, run.Failure!.Kind);
        Assert.Equal("CloseRun aborted", _standIns.Calls[^1]);
        Assert.DoesNotContain("DumpDatabase", _standIns.Calls);
    }

    [Fact]
    public async Task A_job_that_fires_during_SQL_voids_index_and_dump()
    {
        var second = new SearchIndexGeneration(8, 2000);
        _standIns.CopyIndex = input => input.Attempt == 1 ? StandIns.FirstCopy : second;
        _standIns.Observe = _ => StandIns.Clear(_standIns.Calls.Contains("DumpDatabase") ? second : StandIns.FirstCopy);

        FlowInstance run = await _standIns.RunAsync(_token);

        Assert.Equal(RuntimeStatus.Completed, run.Status);
        Assert.Equal(2, _standIns.Calls.Count(call => call == "CaptureSearchIndex"));
        Assert.Equal(2, _standIns.Calls.Count(call => call == "DumpDatabase"));
        Assert.Equal(2, _standIns.Sealed!.Attempt);
    }

    [Fact]
    public async Task A_job_that_fired_before_SQL_spares_the_dump()
    {
        var second = new SearchIndexGeneration(8, 2000);
        _standIns.CopyIndex = input => input.Attempt == 1 ? StandIns.FirstCopy : second;
        _standIns.Observe = _ =>
            StandIns.Clear(_standIns.Calls.Contains("CaptureSearchIndex") ? second : StandIns.FirstCopy);

        await _standIns.RunAsync(_token);

        Assert.Equal(2, _standIns.Calls.Count(call => call == "CaptureSearchIndex"));
        Assert.Equal(1, _standIns.Calls.Count(call => call == "DumpDatabase"));
    }

    [Fact]
    public async Task Three_voids_end_busy()
    {
        ulong copies = 0;
        _standIns.CopyIndex = _ => new SearchIndexGeneration(++copies, 0);
        _standIns.Observe = _ => StandIns.Clear(new SearchIndexGeneration(99, 99));

        FlowInstance run = await _standIns.RunAsync(_token);

        Assert.Equal(ErrorKind.Busy, run.Failure!.Kind);
        Assert.Equal(3UL, copies);
        Assert.DoesNotContain("CommitSet", _standIns.Calls);
    }

    [Fact]
    public async Task The_refresh_command_runs_once_before_the_capture()
    {
        _standIns.Check = _standIns.Check with { RefreshesIndex = true };

        await _standIns.RunAsync(_token);

        Assert.Equal(
            ["ObserveSearchIndex", "RefreshSearchIndex", "ObserveSearchIndex", "CaptureSearchIndex"],
            _standIns.Calls.Skip(2).Take(4)
        );
    }

    [Fact]
    public async Task Seeding_uploads_before_the_index_phase()
    {
        _standIns.Check = _standIns.Check with { SeedsFirst = true };

        await _standIns.RunAsync(_token);

        Assert.Equal("PlanFiles contentstore", _standIns.Calls[2]);
        Assert.Equal(4, _standIns.Calls.Count(call => call.StartsWith("MergeListing", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_index_is_merged_from_every_page_that_the_set_leans_on()
    {
        _standIns.Check = _standIns.Check with { SeedsFirst = true };
        _standIns.Plan = input =>
            input.Root == "contentstore" ? [new PathRange(null, [5]), new PathRange([5], null)] : [PathRange.All];
        _standIns.Capture = input => input is { Pass: 1, Root: "contentstore", Range: 1, Step: 0 } ? [6] : null;

        await _standIns.RunAsync(_token);

        Assert.Equal(
            [
                "index.1",
                "database.1",
                "files.0.0.0.0",
                "files.0.0.1.0",
                "listing.0.0",
                "files.0.1.0.0",
                "listing.0.1",
                "files.1.0.0.0",
                "files.1.0.1.0",
                "files.1.0.1.1",
                "listing.1.0",
                "files.1.1.0.0",
                "listing.1.1",
                "consistency.1",
            ],
            Pages.Behind(_standIns.MergedPages!)
        );
    }

    [Fact]
    public async Task A_long_range_goes_on_in_a_new_generation()
    {
        _standIns.Capture = input => input.Root == "contentstore" && input.Step < 450 ? [1] : null;

        FlowInstance run = await _standIns.RunAsync(_token);

        Assert.True(run.Status == RuntimeStatus.Completed, run.Failure?.Message);
        Assert.Equal(451, _standIns.Calls.Count(call => call == "CaptureRange contentstore"));
    }

    [Fact]
    public async Task Cancel_ends_before_the_seal_and_aborts_the_run()
    {
        _standIns.Observe = _ => new SearchIndexLook(
            SearchIndexAction.WaitUntil,
            IsBusy: true,
            null,
            "the job is running",
            null
        );

        FlowInstance run = await _standIns.RunAsync(_token, cancel: true);

        Assert.Equal(ErrorKind.Cancelled, run.Failure!.Kind);
        Assert.Contains("CloseRun aborted", _standIns.Calls);
        Assert.DoesNotContain("CommitSet", _standIns.Calls);
    }

    [Fact]
    public async Task A_lost_content_store_stops_before_the_seal()
    {
        _standIns.Merge = _ => throw new PermanentException(ErrorKind.Source, "lost");

        FlowInstance run = await _standIns.RunAsync(_token);

        Assert.Equal(ErrorKind.Source, run.Failure!.Kind);
        Assert.DoesNotContain("CommitSet", _standIns.Calls);
        Assert.Equal("CloseRun aborted", _standIns.Calls[^1]);
    }

    [Fact]
    public async Task A_fault_that_stays_is_not_tried_again()
    {
        _standIns.Dump = _ => throw new PermanentException(ErrorKind.Source, "wrong password");

        await _standIns.RunAsync(_token);

        Assert.Equal(1, _standIns.Calls.Count(call => call == "DumpDatabase"));
    }

    [Fact]
    public async Task A_run_that_cannot_be_closed_still_says_why_it_failed()
    {
        _standIns.Dump = _ => throw new PermanentException(ErrorKind.Source, "wrong password");
        _standIns.Close = _ => throw new PermanentException(ErrorKind.Storage, "unreachable");

        FlowInstance run = await _standIns.RunAsync(_token);

        Assert.Equal(ErrorKind.Source, run.Failure!.Kind);
    }

    [Fact]
    public async Task A_set_that_was_sealed_is_a_success_also_where_the_lease_cannot_be_given_back()
    {
        _standIns.Close = _ => throw new PermanentException(ErrorKind.Storage, "unreachable");

        FlowInstance run = await _standIns.RunAsync(_token);

        Assert.Equal(RuntimeStatus.Completed, run.Status);
    }

    [Fact]
    public async Task The_status_names_phase_and_counts()
    {
        FlowInstance run = await _standIns.RunAsync(_token);

        Assert.Contains("\"phase\":\"close\"", run.CustomStatus, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 0, 300, 4000)] // a first backup
    [InlineData(900, 9000, 900, 9000)] // the set before had more: not all files are required
    public async Task What_the_files_phase_expects_is_at_least_what_the_database_requires(
        long filesBefore,
        long bytesBefore,
        long files,
        long bytes
    )
    {
        _standIns.Check = _standIns.Check with { ExpectedFiles = filesBefore, ExpectedBytes = bytesBefore };
        _standIns.Required =
        [
            new RequiredFiles("contentstore", StandIns.SomeContent, 100, 1000),
            new RequiredFiles("stores/archive", StandIns.SomeContent, 200, 3000),
        ];
        _standIns.Merge = _ => throw new PermanentException(ErrorKind.Source, "the status stays as it is here");

        FlowInstance run = await _standIns.RunAsync(_token);

        FlowStatus status = JsonSerializer.Deserialize(run.CustomStatus!, RuntimeJson.Default.FlowStatus)!;
        Assert.Equal(("files", files, bytes), (status.Phase, status.FilesTotal, status.BytesTotal));
    }

    public void Dispose() => _standIns.Dispose();
}
