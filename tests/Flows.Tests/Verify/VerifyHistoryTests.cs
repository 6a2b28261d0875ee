using System.Runtime.CompilerServices;
using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Flows.Verify;
using AlfrescoBackupFlows.Flows.Verify.Records;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Replay.Tests;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Verify;

/// <summary>How a verification goes on and ends, whatever it finds. One that an older build began must go on in a newer
/// one.</summary>
public sealed class VerifyHistoryTests
{
    private const string Finished = "verify-finished.json";

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public void A_recorded_verification_replays()
    {
        using var standIns = new VerifyStandIns();

        Assert.Null(
            HistoryReplayer.Replay(RecordedHistory.FromJson(File.ReadAllText(PathOf(Finished))), standIns.Catalog())
        );
    }

    [Fact]
    public async Task A_verification_that_is_cancelled_ends_at_once()
    {
        using var standIns = new VerifyStandIns();
        await using EmbeddedEngine engine = standIns.Open();
        standIns.Step = async (_, stop) =>
        {
            engine.Client.TryRaiseEvent(VerifyStandIns.Instance, FlowEvents.Cancel, "{}");
            await Task.Delay(Timeout.Infinite, stop);
        };
        engine.Start(nameof(VerifyFlow), VerifyStandIns.Input, VerifyStandIns.Instance);

        FlowInstance ended = await engine.RunToEndAsync(VerifyStandIns.Instance, _token);

        Assert.Equal((RuntimeStatus.Failed, ErrorKind.Cancelled), (ended.Status, ended.Failure?.Kind));
    }

    [Fact]
    public async Task What_was_found_stands_where_its_record_fails_for_whatever_reason()
    {
        using var standIns = new VerifyStandIns { RecordFault = new UnauthorizedAccessException("read-only") };
        await using EmbeddedEngine engine = standIns.Open();
        engine.Start(nameof(VerifyFlow), VerifyStandIns.Input, VerifyStandIns.Instance);

        FlowInstance ended = await engine.RunToEndAsync(VerifyStandIns.Instance, _token);

        Assert.True(ended.Status is RuntimeStatus.Completed, ended.Failure?.Message);
        Assert.Equal(7, BackupTasks.Converter.Read<VerifyResult>(ended.Result!).Head);
    }

    /// <summary>Writes the file anew; run it only for a change that is meant to break unfinished
    /// verifications.</summary>
    [Fact(Explicit = true)]
    public async Task Record()
    {
        using var standIns = new VerifyStandIns();
        await using EmbeddedEngine engine = standIns.Open();
        engine.Start(nameof(VerifyFlow), VerifyStandIns.Input, VerifyStandIns.Instance);
        await engine.RunToEndAsync(VerifyStandIns.Instance, _token);
        await File.WriteAllTextAsync(PathOf(Finished), standIns.Export().ToJson() + "\n", _token);
    }

    private static string PathOf(string name, [CallerFilePath] string path = "") =>
        Path.Combine(Path.GetDirectoryName(path)!, "Histories", name);
}
