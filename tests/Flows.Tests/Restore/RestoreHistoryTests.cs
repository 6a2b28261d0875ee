using System.Runtime.CompilerServices;
using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Restore;
using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Replay.Tests;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Restore;

/// <summary>The order of a restore, and that one which an older build began goes on in a newer one.</summary>
public sealed class RestoreHistoryTests
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("restore-finished.json")]
    [InlineData("restore-half.json")]
    [InlineData("restore-failed.json")]
    [InlineData("restore-range-finished.json")]
    public void A_recorded_restore_replays(string name)
    {
        using var standIns = new RestoreStandIns();

        Assert.Null(
            HistoryReplayer.Replay(RecordedHistory.FromJson(File.ReadAllText(PathOf(name))), standIns.Catalog())
        );
    }

    [Fact]
    public async Task Files_then_directories_then_the_database_then_the_check_and_only_then_the_marker_goes()
    {
        using var standIns = new RestoreStandIns();

        FlowInstance ended = await standIns.RunAsync(_token);

        Assert.True(ended.Status == RuntimeStatus.Completed, ended.Failure?.Message);
        string[] steps = [.. standIns.Calls.Where((call, i) => i == 0 || standIns.Calls[i - 1] != call)];
        Assert.Equal(
            [
                "PrepareRestore",
                "PlanRestoreRoot",
                "RestoreRange",
                "RestoreDirectories",
                "PlanRestoreRoot",
                "RestoreRange",
                "RestoreDirectories",
                "RestoreDatabase",
                "CheckRestored",
                "FinishRestore",
            ],
            steps
        );
        Assert.Equal(8, standIns.Calls.Count(call => call == "RestoreRange"));
        RestoreResult result = BackupTasks.Converter.Read<RestoreResult>(ended.Result!);
        Assert.Equal((8, 80, true), (result.Files, result.Bytes, result.DatabaseRestored));
    }

    [Fact]
    public async Task Files_that_the_database_misses_keep_the_marker()
    {
        using var standIns = new RestoreStandIns { Check = new RestoreCheck(4, 2, ["store://2026/a.bin"]) };

        FlowInstance ended = await standIns.RunAsync(_token);

        Assert.Equal((RuntimeStatus.Failed, ErrorKind.Target), (ended.Status, ended.Failure?.Kind));
        Assert.Contains("store://2026/a.bin", ended.Failure!.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("FinishRestore", standIns.Calls);
    }

    [Fact]
    public async Task A_restore_that_is_cancelled_ends_while_the_database_is_at_work()
    {
        using var standIns = new RestoreStandIns();
        await using EmbeddedEngine engine = standIns.Open();
        standIns.Database = async stop =>
        {
            engine.Client.TryRaiseEvent(RestoreStandIns.Instance, FlowEvents.Cancel, "{}");
            await Task.Delay(Timeout.Infinite, stop);
        };
        engine.Start(nameof(RestoreFlow), RestoreStandIns.Input, RestoreStandIns.Instance);

        FlowInstance ended = await engine.RunToEndAsync(RestoreStandIns.Instance, _token);

        Assert.Equal((RuntimeStatus.Failed, ErrorKind.Cancelled), (ended.Status, ended.Failure?.Kind));
        Assert.DoesNotContain("FinishRestore", standIns.Calls);
    }

    /// <summary>Whoever removes next what a restore writes to has it end after the steps that are at work.</summary>
    [Fact]
    public async Task Cancelled_after_its_step_a_restore_ends_once_every_range_has_stood_still()
    {
        using var standIns = new RestoreStandIns();
        await using EmbeddedEngine engine = standIns.Open();
        int begun = 0;
        int ended = 0;
        using var both = new Barrier(2);
        standIns.Range = input =>
        {
            if (Interlocked.Increment(ref begun) <= 2)
            {
                both.SignalAndWait(_token);
            }

            engine.Client.TryRaiseEvent(RestoreStandIns.Instance, FlowEvents.CancelAfterStep, "{}");
            Interlocked.Increment(ref ended);
            return new RestoredStep([1, 0], new RestoredTotals(1, 10, UnsetAttributes.None));
        };
        engine.Start(nameof(RestoreFlow), RestoreStandIns.Input, RestoreStandIns.Instance);

        FlowInstance cancelled = await engine.RunToEndAsync(RestoreStandIns.Instance, _token);

        Assert.Equal((RuntimeStatus.Failed, ErrorKind.Cancelled), (cancelled.Status, cancelled.Failure?.Kind));
        Assert.Equal(begun, ended);
        Assert.DoesNotContain("RestoreDirectories", standIns.Calls);
    }

    /// <summary>Writes the files anew; run it only for a change that is meant to break unfinished restores.</summary>
    [Fact(Explicit = true)]
    public async Task Record()
    {
        using (var finished = new RestoreStandIns())
        {
            await finished.RunAsync(_token);
            Save("restore-finished.json", finished.Export());
            Save("restore-range-finished.json", finished.Export(finished.ChildId()));
        }

        using (var half = new RestoreStandIns())
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(_token);
            half.Database = async token =>
            {
                await stop.CancelAsync();
                await Task.Delay(Timeout.Infinite, token);
            };
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => half.RunAsync(stop.Token));
            Save("restore-half.json", half.Export());
        }

        using (var failed = new RestoreStandIns())
        {
            failed.Range = _ => throw new PermanentException(ErrorKind.Repository, "packs/00/aa is gone.");
            await failed.RunAsync(_token);
            Save("restore-failed.json", failed.Export());
        }
    }

    private static void Save(string name, RecordedHistory history) =>
        File.WriteAllText(PathOf(name), history.ToJson() + "\n");

    private static string PathOf(string name, [CallerFilePath] string path = "") =>
        Path.Combine(Path.GetDirectoryName(path)!, "Histories", name);
}
