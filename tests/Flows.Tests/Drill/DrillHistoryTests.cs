using System.Runtime.CompilerServices;
using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Drill.Activities;
using AlfrescoBackupFlows.Flows.Drill.Records;
using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Flows.Restore.Targets;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Replay.Tests;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Testing;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Drill;

/// <summary>The order of a drill, and that one which an older build began goes on in a newer one.</summary>
public sealed class DrillHistoryTests
{
    private const string Finished = "drill-finished.json";

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public void A_recorded_drill_replays()
    {
        using var standIns = new DrillStandIns();

        Assert.Null(
            HistoryReplayer.Replay(RecordedHistory.FromJson(File.ReadAllText(PathOf(Finished))), standIns.Catalog())
        );
    }

    [Fact]
    public async Task Database_then_files_then_the_check_and_what_was_made_is_removed_before_the_result_is_stored()
    {
        using var standIns = new DrillStandIns();

        DrillResult result = DrillBench.ResultOf(await standIns.RunAsync(_token));

        Assert.Equal(
            ["PrepareDrill", "database", "files", "CheckDrilled", "CleanUpDrill", "RecordDrill"],
            standIns.Calls
        );
        Assert.Equal((true, 4, 40), (result.Passed, result.Files, result.Bytes));
        Assert.EndsWith(
            standIns.Checked!.Work.DatabaseName,
            standIns.Checked.Plan.Database!.Url,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_server_that_refuses_the_restore_ends_the_drill_before_the_files_and_nothing_is_recorded()
    {
        using var standIns = new DrillStandIns
        {
            DatabaseFault = new PermanentException(ErrorKind.Target, "role alfresco is missing"),
        };

        FlowInstance ended = await standIns.RunAsync(_token);

        Assert.Equal((RuntimeStatus.Failed, ErrorKind.Target), (ended.Status, ended.Failure?.Kind));
        Assert.Equal("role alfresco is missing", ended.Failure!.Message);
        Assert.Equal(["PrepareDrill", "database", "LookAtDrill", "CleanUpDrill"], standIns.Calls);
    }

    [Theory]
    [InlineData(ErrorKind.Target)]
    [InlineData(ErrorKind.Repository)]
    public async Task A_dump_that_does_not_load_is_a_finding_and_the_files_are_rehearsed_all_the_same(ErrorKind kind)
    {
        using var standIns = new DrillStandIns
        {
            DatabaseFault = new PermanentException(kind, "syntax error"),
            HasBegun = true,
        };

        DrillBench.ResultOf(await standIns.RunAsync(_token));

        Assert.Equal("syntax error", standIns.Checked!.Database!.Fault);
        Assert.Equal(4, standIns.Checked.Files.Result!.Files);
    }

    /// <summary>Nothing is removed under a restore that is still at work.</summary>
    [Theory]
    [InlineData("PrepareDrill", "PrepareDrill,PrepareDrill ended,CleanUpDrill")]
    [InlineData("database", "PrepareDrill,database,database ended,CleanUpDrill")]
    [InlineData("files", "PrepareDrill,database,files,files ended,CleanUpDrill")]
    public async Task A_cancelled_drill_ends_after_its_step_removes_what_it_made_and_records_nothing(
        string step,
        string calls
    )
    {
        using var standIns = new DrillStandIns { CancelledIn = step };

        FlowInstance ended = await standIns.RunAsync(_token);

        Assert.Equal((RuntimeStatus.Failed, ErrorKind.Cancelled), (ended.Status, ended.Failure?.Kind));
        Assert.Equal(calls.Split(','), standIns.Calls);
    }

    [Fact]
    public async Task Once_the_checks_have_begun_a_cancel_comes_too_late()
    {
        using var standIns = new DrillStandIns { CancelledIn = "CheckDrilled" };

        Assert.True(DrillBench.ResultOf(await standIns.RunAsync(_token)).Passed);

        Assert.Contains("RecordDrill", standIns.Calls);
    }

    [Fact]
    public async Task A_scratch_directory_that_takes_no_files_ends_the_drill_and_nothing_is_recorded()
    {
        using var standIns = new DrillStandIns
        {
            FilesFault = new PermanentException(ErrorKind.Target, "the disk is full"),
            HasBegun = true,
        };

        FlowInstance ended = await standIns.RunAsync(_token);

        Assert.Equal((RuntimeStatus.Failed, ErrorKind.Target), (ended.Status, ended.Failure?.Kind));
        Assert.Equal(["PrepareDrill", "database", "files", "CleanUpDrill"], standIns.Calls);
    }

    [Fact]
    public async Task A_restore_that_cannot_even_write_its_marker_has_found_nothing_about_the_set()
    {
        using var directory = new TempDirectory();
        var input = new RestoreInput(
            RunId.Parse("20261122T010000Z-00000001"),
            directory.Path,
            Database: null,
            Owner: null,
            Parallelism: 1
        );
        new TargetMarker(directory.Path).Write(new TargetMark(input.Set, "repository", DatabaseProgress.Started));
        Assert.True((await new LookAtDrill().RunAsync(input, new Silence(), _token)).HasBegun);

        // In the way of the marker, as a full disk is.
        Directory.CreateDirectory(directory.Combine(TargetMarker.TemporaryName, "in the way"));

        PermanentException fault = await Assert.ThrowsAsync<PermanentException>(() =>
            new LookAtDrill().RunAsync(input, new Silence(), _token)
        );
        Assert.Equal(ErrorKind.Target, fault.Kind);
    }

    [Fact]
    public async Task What_cannot_be_removed_is_said_and_the_result_stands()
    {
        using var standIns = new DrillStandIns
        {
            CleanUpFault = new PermanentException(ErrorKind.Target, "the directory is in use"),
        };

        DrillResult result = DrillBench.ResultOf(await standIns.RunAsync(_token));

        Assert.True(result.Passed);
        Assert.Contains("the directory is in use", Assert.Single(result.Warnings), StringComparison.Ordinal);
        Assert.Contains("RecordDrill", standIns.Calls);
    }

    /// <summary>Writes the file anew; run it only for a change that is meant to break unfinished drills.</summary>
    [Fact(Explicit = true)]
    public async Task Record()
    {
        using var standIns = new DrillStandIns();
        await standIns.RunAsync(_token);
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(Finished))!);
        await File.WriteAllTextAsync(PathOf(Finished), standIns.Export().ToJson() + "\n", _token);
    }

    private static string PathOf(string name, [CallerFilePath] string path = "") =>
        Path.Combine(Path.GetDirectoryName(path)!, "Histories", name);
}
