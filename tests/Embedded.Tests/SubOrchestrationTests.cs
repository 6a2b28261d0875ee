using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Replay.Tests;
using Microsoft.DurableTask;
using static AlfrescoBackupFlows.Embedded.Tests.Stage;

namespace AlfrescoBackupFlows.Embedded.Tests;

public sealed class SubOrchestrationTests : IDisposable
{
    private readonly Stage _stage = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_sub_orchestration_is_an_instance_of_its_own_and_returns_to_its_parent()
    {
        _stage
            .Activity("Double", x => x * 2)
            .ChildFlow((context, x) => context.CallActivityAsync<int>("Double", x))
            .Flow(
                async (context, x) =>
                    (
                        await Task.WhenAll(
                            context.CallSubOrchestratorAsync<int>(Child, x),
                            context.CallSubOrchestratorAsync<int>(
                                Child,
                                x + 1,
                                new SubOrchestrationOptions(instanceId: "named")
                            )
                        )
                    ).Sum()
            );

        Assert.Equal("6", (await _stage.RunAsync()).Result);

        using var client = FlowClient.TryOpen(_stage.StateDirectory)!;
        Assert.Equal(["named", "one", "one:0.0"], JournalView.Tree(_stage.StateDirectory, "one"));
        Assert.Equal(["one"], client.List().Select(i => i.Id));
    }

    [Fact]
    public async Task A_sub_orchestration_whose_id_is_taken_fails_the_call()
    {
        _stage
            .ChildFlow((_, x) => Task.FromResult(x))
            .Flow(
                (context, x) =>
                    context.CallSubOrchestratorAsync<int>(Child, x, new SubOrchestrationOptions(instanceId: "one"))
            );

        Assert.Contains("one exists already", (await _stage.RunAsync()).Failure!.Message);
    }

    [Fact]
    public async Task Terminating_a_parent_from_elsewhere_ends_children_and_their_activities()
    {
        var began = new TaskCompletionSource();
        _stage
            .Activity(
                "Long",
                async (x, token) =>
                {
                    began.TrySetResult();
                    await Task.Delay(Timeout.Infinite, token);
                    return x;
                }
            )
            .ChildFlow((context, x) => context.CallActivityAsync<int>("Long", x))
            .Flow((context, x) => context.CallSubOrchestratorAsync<int>(Child, x));
        await using var engine = _stage.Open();
        engine.Start(Main, 1, "one");
        var run = engine.RunToEndAsync("one", Token);
        await began.Task;

        using var other = FlowClient.TryOpen(_stage.StateDirectory)!;
        Assert.True(other.TryTerminate("one", "enough"));

        var end = await run;
        Assert.Equal(RuntimeStatus.Terminated, end.Status);
        Assert.Equal("terminated: enough", end.Failure!.Message);
        Assert.All(
            JournalView.Tree(_stage.StateDirectory, "one"),
            id => Assert.Equal(RuntimeStatus.Terminated, other.TryGet(id)!.Status)
        );
        Assert.False(other.TryTerminate("one", "again"));
    }

    [Fact]
    public async Task Terminating_a_child_fails_the_call_of_its_parent()
    {
        _stage
            .ChildFlow((context, _) => context.WaitForExternalEvent<int>("never", CancellationToken.None))
            .Flow(
                (context, x) =>
                    context.CallSubOrchestratorAsync<int>(Child, x, new SubOrchestrationOptions(instanceId: "child"))
            );
        await using var engine = _stage.Open();
        engine.Start(Main, 1, "one");
        var run = engine.RunToEndAsync("one", Token);
        while (!engine.Client.TryTerminate("child", "enough"))
        {
            await Task.Yield();
        }

        Assert.Equal(ErrorKind.Cancelled, (await run).Failure!.Kind);
    }

    public void Dispose() => _stage.Dispose();
}
