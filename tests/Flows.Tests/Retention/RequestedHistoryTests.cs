using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Mirroring;
using AlfrescoBackupFlows.Flows.Mirroring.Activities;
using AlfrescoBackupFlows.Flows.Mirroring.Records;
using AlfrescoBackupFlows.Flows.Retention;
using AlfrescoBackupFlows.Flows.Retention.Activities;
using AlfrescoBackupFlows.Flows.Retention.Records;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Replay.Tests;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Garbage;
using AlfrescoBackupFlows.Testing;
using Microsoft.DurableTask;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Retention;

/// <summary>
/// Prunes and mirrors that somebody asks for, over activities that do nothing: in parts, until none is left. One that an
/// older build began must go on in a newer one.
/// </summary>
public sealed class RequestedHistoryTests : IDisposable
{
    private const string Instance = "one";
    private static readonly PruneInput Prune = new(0.1, 10, IsDryRun: false);
    private static readonly MirrorTargetInput Mirror = new(1, "target");

    private readonly TempDirectory _directory = new();
    private readonly LeapingClock _time = new(new DateTimeOffset(2026, 11, 22, 1, 0, 0, TimeSpan.Zero));
    private readonly ConcurrentQueue<string> _calls = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>What a part does before it answers.</summary>
    private Func<CancellationToken, Task> Part { get; set; } = _ => Task.CompletedTask;

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("prune-finished.json")]
    [InlineData("mirror-target-finished.json")]
    public void A_recorded_one_replays(string name) =>
        Assert.Null(HistoryReplayer.Replay(RecordedHistory.FromJson(File.ReadAllText(PathOf(name))), Catalog()));

    [Fact]
    public async Task A_prune_goes_on_until_nothing_is_left_within_the_bytes_that_it_may_write()
    {
        FlowInstance ended = await RunAsync(nameof(PruneFlow), Prune);

        Assert.True(ended.Status is RuntimeStatus.Completed, ended.Failure?.Message);
        PruneReport report = BackupTasks.Converter.Read<PruneReport>(ended.Result!);
        Assert.Equal(["prune 0.1 10", "prune 0.1 4", "prune 0.1 0"], _calls);
        Assert.Equal((18, 3, 3), (report.RepackedBytes, report.FreedBytes, report.DeletedBlobs));
    }

    [Fact]
    public async Task A_mirror_goes_on_until_the_target_has_all()
    {
        FlowInstance ended = await RunAsync(nameof(MirrorTargetFlow), Mirror);

        Assert.True(ended.Status is RuntimeStatus.Completed, ended.Failure?.Message);
        MirrorTargetResult result = BackupTasks.Converter.Read<MirrorTargetResult>(ended.Result!);
        Assert.Equal(["mirror 1 target", "mirror 1 target", "mirror 1 target"], _calls);
        Assert.Equal((3, 30, 3), (result.CopiedBlobs, result.CopiedBytes, result.Head!.Sequence));
    }

    [Theory]
    [InlineData(nameof(PruneFlow))]
    [InlineData(nameof(MirrorTargetFlow))]
    public async Task One_that_is_cancelled_ends_at_once(string flow)
    {
        await using EmbeddedEngine engine = Open();
        Part = async stop =>
        {
            engine.Client.TryRaiseEvent(Instance, FlowEvents.Cancel, "{}");
            await Task.Delay(Timeout.Infinite, stop);
        };
        Start(engine, flow);

        FlowInstance ended = await engine.RunToEndAsync(Instance, Token);

        Assert.Equal((RuntimeStatus.Failed, ErrorKind.Cancelled), (ended.Status, ended.Failure?.Kind));
    }

    /// <summary>Writes the files anew; run it only for a change that is meant to break unfinished ones.</summary>
    [Theory(Explicit = true)]
    [InlineData(nameof(PruneFlow), "prune-finished.json")]
    [InlineData(nameof(MirrorTargetFlow), "mirror-target-finished.json")]
    public async Task Record(string flow, string name)
    {
        await using (EmbeddedEngine engine = Open())
        {
            Start(engine, flow);
            await engine.RunToEndAsync(Instance, Token);
        }

        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
        string json = JournalView.Export(_directory.Path, Instance).ToJson();
        await File.WriteAllTextAsync(PathOf(name), json + "\n", Token);
    }

    private async Task<FlowInstance> RunAsync<TInput>(string flow, TInput input)
        where TInput : notnull
    {
        await using EmbeddedEngine engine = Open();
        engine.Start(flow, input, Instance);
        return await engine.RunToEndAsync(Instance, Token);
    }

    private static void Start(EmbeddedEngine engine, string flow)
    {
        if (flow == nameof(PruneFlow))
        {
            engine.Start(flow, Prune, Instance);
        }
        else
        {
            engine.Start(flow, Mirror, Instance);
        }
    }

    private EmbeddedEngine Open() =>
        EmbeddedEngine.Open(_directory.Path, Catalog(), new EngineOptions { TimeProvider = _time });

    private TaskCatalog Catalog() => new(Register, NoServices.Instance, BackupTasks.Converter);

    private void Register(DurableTaskRegistry registry) =>
        registry
            .AddFlow<PruneFlow>()
            .AddFlow<MirrorTargetFlow>()
            .AddActivity(
                nameof(PrunePart),
                new StandIn<PruneInput, PrunedPart>(
                    async (input, stop) =>
                    {
                        await Part(stop);
                        _calls.Enqueue(FormattableString.Invariant($"prune {input.MaxUnused} {input.MaxRepack}"));
                        return new PrunedPart(new PruneReport(1, 6, 1, 0, 0, null, 100, 5), _calls.Count == 3);
                    }
                )
            )
            .AddActivity(
                nameof(MirrorBlobs),
                new StandIn<MirrorStep, MirroredPart>(
                    async (step, stop) =>
                    {
                        await Part(stop);
                        _calls.Enqueue($"mirror {step.Target} {step.Url}");
                        return new MirroredPart(1, 10, _calls.Count == 3)
                        {
                            Head = new RememberedHead(_calls.Count, "hash"),
                        };
                    }
                )
            );

    private static string PathOf(string name, [CallerFilePath] string path = "") =>
        Path.Combine(Path.GetDirectoryName(path)!, "Histories", name);
}
