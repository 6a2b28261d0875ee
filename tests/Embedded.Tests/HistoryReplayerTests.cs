using AlfrescoBackupFlows.Embedded.CrashHost;
using AlfrescoBackupFlows.Embedded.Journal;
using AlfrescoBackupFlows.Replay.Tests;
using AlfrescoBackupFlows.Testing;

namespace AlfrescoBackupFlows.Embedded.Tests;

/// <summary>
/// Histories that were recorded once and stay as they are. To record anew after a wanted change:
/// run with <c>ABF_RECORD_HISTORIES</c> set to the source directory <c>tests/Embedded.Tests/Histories</c>.
/// </summary>
public sealed class HistoryReplayerTests
{
    private static readonly TaskCatalog Catalog = CrashActivities.Catalog(_ => { });

    [Theory]
    [InlineData("summing-finished")]
    [InlineData("summing-half")]
    [InlineData("pair-finished")]
    public void A_recorded_history_still_replays(string name) =>
        Assert.Null(HistoryReplayer.Replay(Load(name), Catalog));

    [Fact]
    public void The_first_divergence_is_told_inputs_included()
    {
        var history = Load("summing-half");
        var at = history.Events.ToList().FindIndex(e => e.Type == EventType.TaskScheduled);
        var events = history.Events.ToList();
        events[at] = events[at] with { Payload = "77" };

        var divergence = HistoryReplayer.Replay(history with { Events = events }, Catalog);

        Assert.Equal((at, "activity Square (task 0) with 77"), (divergence!.Sequence, divergence.Expected));
    }

    [Fact]
    public void A_result_that_differs_is_a_divergence()
    {
        var history = Load("pair-finished");
        var events = history.Events.SkipLast(1).Append(history.Events[^1] with { Payload = "0" }).ToList();

        Assert.Equal(events.Count - 1, HistoryReplayer.Replay(history with { Events = events }, Catalog)!.Sequence);
    }

    [Fact]
    public async Task A_history_that_is_exported_replays()
    {
        using var state = new TempDirectory();
        await using var engine = EmbeddedEngine.Open(state.Path, Catalog);
        engine.Start(CrashActivities.Summing, new Batch(1, 2, 0), "job");
        await engine.RunToEndAsync("job", TestContext.Current.CancellationToken);

        foreach (string instance in JournalView.Tree(state.Path, "job"))
        {
            var exported = RecordedHistory.FromJson(JournalView.Export(state.Path, instance).ToJson());
            Assert.Null(HistoryReplayer.Replay(exported, Catalog));
            Record(instance == "job" ? "summing-finished" : "pair-finished", exported);
            if (instance == "job")
            {
                var third = exported
                    .Events.Select((e, i) => (e, i))
                    .Where(x => x.e.Type == EventType.OrchestratorStarted)
                    .ElementAt(2)
                    .i;
                var half = exported with { Events = [.. exported.Events.Take(third)] };
                Assert.Null(HistoryReplayer.Replay(half, Catalog));
                Record("summing-half", half);
            }
        }
    }

    private static RecordedHistory Load(string name) =>
        RecordedHistory.FromJson(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Histories", name + ".json")));

    private static void Record(string name, RecordedHistory history)
    {
        if (Environment.GetEnvironmentVariable("ABF_RECORD_HISTORIES") is { Length: > 0 } directory)
        {
            File.WriteAllText(Path.Combine(directory, name + ".json"), history.ToJson() + "\n");
        }
    }
}
