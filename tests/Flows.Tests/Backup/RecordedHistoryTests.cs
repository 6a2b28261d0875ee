using System.Runtime.CompilerServices;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Replay.Tests;
using AlfrescoBackupFlows.Repository.Format;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Backup;

/// <summary>Runs that an older build began must go on in a newer one: a flow that diverges from these files is a
/// breaking change.</summary>
public sealed class RecordedHistoryTests
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("backup-finished.json")]
    [InlineData("backup-half.json")]
    [InlineData("backup-voided.json")]
    [InlineData("backup-retained.json")]
    [InlineData("backup-mirrored.json")]
    public void A_recorded_run_replays(string name)
    {
        using var standIns = new StandIns();
        RecordedHistory history = RecordedHistory.FromJson(File.ReadAllText(Path.Combine(Histories(), name)));

        Assert.Null(HistoryReplayer.Replay(history, standIns.Catalog()));
    }

    /// <summary>Writes the files anew; run it only for a change that is meant to break unfinished runs.</summary>
    [Fact(Explicit = true)]
    public async Task Record()
    {
        Directory.CreateDirectory(Histories());
        using (var finished = new StandIns())
        {
            await finished.RunAsync(_token);
            Save(finished, "backup-finished.json");
        }

        using (var half = new StandIns())
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(_token);
            half.Plan = _ => [new PathRange(null, [5]), new PathRange([5], null)];
            half.Merge = _ => stop.Cancel();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => half.RunAsync(stop.Token));
            Save(half, "backup-half.json");
        }

        using (var voided = new StandIns())
        {
            var second = new SearchIndexGeneration(8, 2000);
            voided.CopyIndex = input => input.Attempt == 1 ? StandIns.FirstCopy : second;
            voided.Observe = _ => StandIns.Clear(voided.Calls.Contains("DumpDatabase") ? second : StandIns.FirstCopy);
            await voided.RunAsync(_token);
            Save(voided, "backup-voided.json");
        }

        using (var retained = new StandIns())
        {
            retained.Check = retained.Check with { Retains = true };
            await retained.RunAsync(_token);
            Save(retained, "backup-retained.json");
        }

        using (var mirrored = new StandIns())
        {
            mirrored.Check = mirrored.Check with { Mirrors = true };
            await mirrored.RunAsync(_token);
            Save(mirrored, "backup-mirrored.json");
        }
    }

    private static void Save(StandIns standIns, string name) =>
        File.WriteAllText(Path.Combine(Histories(), name), standIns.Export().ToJson() + "\n");

    private static string Histories([CallerFilePath] string path = "") =>
        Path.Combine(Path.GetDirectoryName(path)!, "Histories");
}
