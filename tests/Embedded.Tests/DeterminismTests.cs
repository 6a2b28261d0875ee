using AlfrescoBackupFlows.Engines.Tests;
using AlfrescoBackupFlows.Testing;
using Microsoft.Extensions.Logging;
using static AlfrescoBackupFlows.Embedded.Tests.Stage;

namespace AlfrescoBackupFlows.Embedded.Tests;

public sealed class DeterminismTests : IDisposable
{
    private readonly Stage _stage = new();

    public static TheoryData<string, string, string> Changes =>
        new()
        {
            { "other", "event 2 is activity A (task 0)", "asked for activity B (task 0)" },
            { "timer", "event 2 is activity A (task 0)", "asked for a timer (task 0)" },
            { "returned", "event 2 is activity A (task 0)", "had returned 1" },
            { "threw", "event 2 is activity A (task 0)", "had failed with" },
            { "waits", "event 2 is activity A (task 0)", "asked for nothing more there" },
            { "more", "event 3 is nothing asked for there", "asked for activity B (task 1)" },
            { "ends early", "event 5 is activity A (task 1)", "had returned 1" },
        };

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task Code_that_changed_is_told_from_its_history_and_the_old_code_goes_on(
        string change,
        string expected,
        string actual
    )
    {
        await StopBeforeTheSecondResultAsync();
        var original = _stage.Flows;
        _stage.Flows = new LambdaFlows();
        _stage
            .Activity("A", x => x + 1)
            .Activity("B", x => x)
            .Flow(
                async (context, x) =>
                {
                    switch (change)
                    {
                        case "other":
                            return await context.CallActivityAsync<int>("B", x);
                        case "timer":
                            await context.CreateTimer(context.CurrentUtcDateTime, CancellationToken.None);
                            return x;
                        case "returned":
                            return x;
                        case "threw":
                            throw new InvalidOperationException("no");
                        case "waits":
                            return await context.WaitForExternalEvent<int>("e", CancellationToken.None);
                        case "more":
                            return (
                                await Task.WhenAll(
                                    context.CallActivityAsync<int>("A", x),
                                    context.CallActivityAsync<int>("B", x)
                                )
                            ).Sum();
                        default:
                            await context.CallActivityAsync<int>("A", x);
                            return 1;
                    }
                }
            );

        var exception = await Assert.ThrowsAsync<NonDeterministicFlowException>(() => _stage.RunAsync());
        Assert.Contains("flow Main, instance one", exception.Message);
        Assert.Contains(expected, exception.Message);
        Assert.Contains(actual, exception.Message);

        _stage.Flows = original;
        Assert.Equal("3", (await _stage.RunAsync()).Result);
    }

    [Fact]
    public async Task An_activity_that_this_version_does_not_have_stops_the_run_and_loses_nothing()
    {
        await StopBeforeTheSecondResultAsync();
        var original = _stage.Flows;
        _stage.Flows = new LambdaFlows();
        _stage.Flow(
            async (context, x) =>
                await context.CallActivityAsync<int>("A", await context.CallActivityAsync<int>("A", x))
        );

        Assert.Contains(
            "activity A",
            (await Assert.ThrowsAsync<NonDeterministicFlowException>(() => _stage.RunAsync())).Message
        );

        _stage.Flows = original;
        Assert.Equal("3", (await _stage.RunAsync()).Result);
    }

    [Fact]
    public async Task A_flow_that_this_version_does_not_have_stops_the_run()
    {
        await StopBeforeTheSecondResultAsync();
        _stage.Flows = new LambdaFlows();
        _stage.Activity("A", _ => throw new InvalidOperationException("must not run"));

        Assert.Contains(
            "has no flow of that name",
            (await Assert.ThrowsAsync<NonDeterministicFlowException>(() => _stage.RunAsync())).Message
        );
    }

    [Fact]
    public async Task A_flow_that_awaits_a_task_of_its_own_is_stopped()
    {
        _stage.Flow(
            async (_, x) =>
            {
                await new TaskCompletionSource().Task;
                return x;
            }
        );

        Assert.Contains(
            "only tasks that the flow's context hands out",
            (await Assert.ThrowsAsync<NonDeterministicFlowException>(() => _stage.RunAsync())).Message
        );
    }

    [Fact]
    public async Task A_flow_that_is_continued_from_another_thread_is_stopped()
    {
        var foreign = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _stage
            .Activity(
                "A",
                x =>
                {
                    foreign.SetResult();
                    return x;
                }
            )
            .Flow(
                async (context, x) =>
                {
                    _ = context.WaitForExternalEvent<int>("never", CancellationToken.None);
                    _ = context.CallActivityAsync<int>("A", x);
                    await foreign.Task;
                    return x;
                }
            );

        await Assert.ThrowsAsync<NonDeterministicFlowException>(() => _stage.RunAsync());
    }

    [Fact]
    public async Task A_logger_of_the_context_says_each_thing_once()
    {
        var lines = new List<string>();
        using var factory = new Lines(lines);
        _stage.Options = new EngineOptions { LoggerFactory = factory };
        _stage
            .Activity("A", x => x)
            .Flow(
                async (context, x) =>
                {
                    var logger = context.CreateReplaySafeLogger("flow");
#pragma warning disable CA1848, CA1873 // one line in a test
                    logger.LogInformation("first");
                    await context.CallActivityAsync<int>("A", x);
                    await context.CallActivityAsync<int>("A", x);
                    logger.LogInformation("last");
#pragma warning restore CA1848, CA1873
                    return x;
                }
            );

        await _stage.RunAsync();

        Assert.Equal(["first", "last"], lines);
    }

    public void Dispose() => _stage.Dispose();

    // The first activity has its result and the flow has seen it; the second was interrupted.
    private async Task StopBeforeTheSecondResultAsync()
    {
        using var stop = new CancellationTokenSource();
        var first = true;
        _stage
            .Activity(
                "A",
                async (x, token) =>
                {
                    if (x == 2 && first)
                    {
                        first = false;
                        await stop.CancelAsync();
                        await Task.Delay(Timeout.Infinite, token);
                    }

                    return x + 1;
                }
            )
            .Flow(
                async (context, x) =>
                    await context.CallActivityAsync<int>("A", await context.CallActivityAsync<int>("A", x))
            );
        await using var engine = _stage.Open();
        engine.Start(Main, 1, "one");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => engine.RunToEndAsync("one", stop.Token));
    }

    private sealed class Lines(List<string> lines) : TestLog
    {
        public override ILogger CreateLogger(string categoryName) =>
            categoryName == "flow" ? this : Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

        protected override void Take(LogLevel level, EventId id, string line) => lines.Add(line);
    }
}
