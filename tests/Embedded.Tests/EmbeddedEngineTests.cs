using AlfrescoBackupFlows.Embedded.Journal;
using AlfrescoBackupFlows.Engines.Tests;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Replay.Tests;
using static AlfrescoBackupFlows.Embedded.Tests.Stage;

namespace AlfrescoBackupFlows.Embedded.Tests;

public sealed class EmbeddedEngineTests : IDisposable
{
    private readonly Stage _stage = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Activities_run_in_parallel_up_to_the_maximum()
    {
        var running = 0;
        var most = 0;
        var both = new TaskCompletionSource();
        _stage.Options = new EngineOptions { MaxParallelActivities = 2 };
        _stage
            .Activity(
                "Meet",
                async (x, _) =>
                {
                    var now = Interlocked.Increment(ref running);
                    most = Math.Max(most, now);
                    if (now == 2)
                    {
                        both.TrySetResult();
                    }

                    await both.Task;
                    Interlocked.Decrement(ref running);
                    return x;
                }
            )
            .Flow(
                async (context, _) =>
                    (
                        await Task.WhenAll(
                            Enumerable.Range(0, 8).Select(i => context.CallActivityAsync<int>("Meet", i))
                        )
                    ).Sum()
            );

        Assert.Equal("28", (await _stage.RunAsync()).Result);
        Assert.Equal(2, most);
    }

    [Fact]
    public async Task An_activity_and_a_sub_orchestration_in_turn_cost_one_commit_together()
    {
        const int Children = 20;
        int points = 0;
        _stage.Options = new EngineOptions { CrashPoint = () => points++, PollInterval = TimeSpan.FromDays(1) };
        _stage
            .Activity("Work", x => x + 1)
            .ChildFlow(async (context, x) => await context.CallActivityAsync<int>("Work", x))
            .Flow(
                async (context, x) =>
                {
                    for (int i = 0; i < Children; i++)
                    {
                        x = await context.CallSubOrchestratorAsync<int>(Child, x);
                    }

                    return x;
                }
            );

        Assert.Equal($"{Children + 1}", (await _stage.RunAsync()).Result);

        // Before and after each commit; each may be followed by one of nothing, which does not wait for the disk.
        Assert.InRange(points / 2, Children, (2 * Children) + 4);
    }

    [Fact]
    public async Task A_timer_fires_at_its_time_and_not_before()
    {
        _stage.Options = new EngineOptions { TimeProvider = new SkippingClock(), PollInterval = TimeSpan.FromDays(1) };
        _stage.Flow(
            async (context, _) =>
            {
                var due = context.CurrentUtcDateTime.AddHours(5).AddTicks(1);
                await context.CreateTimer(due, CancellationToken.None);
                return context.CurrentUtcDateTime >= due ? 1 : 0;
            }
        );

        Assert.Equal("1", (await _stage.RunAsync()).Result);
    }

    [Fact]
    public async Task Events_of_one_name_are_consumed_in_order_even_if_raised_before_anyone_waits()
    {
        _stage.Flow(
            async (context, _) =>
            {
                var digits = 0;
                for (var i = 0; i < 3; i++)
                {
                    digits = (digits * 10) + await context.WaitForExternalEvent<int>("digit", CancellationToken.None);
                }

                return digits + await context.WaitForExternalEvent<int>("offset", CancellationToken.None);
            }
        );
        await using var engine = _stage.Open();
        engine.Start(Main, 0, "one");
        engine.Client.TryRaiseEvent("one", "offset", "1000");
        foreach (var digit in (string[])["1", "2", "3"])
        {
            Assert.True(engine.Client.TryRaiseEvent("one", "digit", digit));
        }

        Assert.Equal("1123", (await engine.RunToEndAsync("one", Token)).Result);
        Assert.False(engine.Client.TryRaiseEvent("one", "digit", "4"));
    }

    [Fact]
    public async Task A_running_engine_notices_an_event_that_another_connection_raised()
    {
        var waiting = new TaskCompletionSource();
        _stage
            .Activity(
                "Reached",
                x =>
                {
                    waiting.SetResult();
                    return x;
                }
            )
            .Flow(
                async (context, input) =>
                {
                    context.SetCustomStatus("waiting");
                    await context.CallActivityAsync<int>("Reached", input);
                    return await context.WaitForExternalEvent<int>("go", CancellationToken.None);
                }
            );
        await using var engine = _stage.Open();
        engine.Start(Main, 0, "one");
        var run = engine.RunToEndAsync("one", Token);
        await waiting.Task;

        using var other = FlowClient.TryOpen(_stage.StateDirectory)!;
        Assert.Equal("\"waiting\"", other.TryGet("one")!.CustomStatus);
        Assert.True(other.TryRaiseEvent("one", "go", "5"));

        Assert.Equal("5", (await run).Result);
    }

    [Fact]
    public async Task Continue_as_new_begins_an_empty_history_and_carries_events_over()
    {
        _stage
            .Activity("Work", x => x)
            .Flow(
                async (context, input) =>
                {
                    await context.CallActivityAsync<int>("Work", input);
                    if (input < 3)
                    {
                        context.ContinueAsNew(input + 1);
                        return 0;
                    }

                    return (await context.WaitForExternalEvent<int>("early", CancellationToken.None) * 10)
                        + await context.WaitForExternalEvent<int>("early", CancellationToken.None);
                }
            );
        await using var engine = _stage.Open();
        engine.Start(Main, 0, "one");
        engine.Client.TryRaiseEvent("one", "early", "4");
        engine.Client.TryRaiseEvent("one", "early", "2");

        var end = await engine.RunToEndAsync("one", Token);

        Assert.Equal(("42", 3), (end.Result, end.Generation));
        Assert.Single(JournalView.Export(_stage.StateDirectory, "one").Events, e => e.Type == EventType.TaskScheduled);
        Assert.Equal([new ActivityCount("Work", 4, 4)], engine.Client.CountActivities("one"));
    }

    [Fact]
    public async Task An_id_is_the_same_at_every_replay_and_different_from_the_next()
    {
        var seen = new List<Guid>();
        _stage
            .Activity("Work", x => x)
            .Flow(
                async (context, input) =>
                {
                    var first = context.NewGuid();
                    seen.Add(first);
                    await context.CallActivityAsync<int>("Work", input);
                    return context.NewGuid() == first ? 0 : 1;
                }
            );

        Assert.Equal("1", (await _stage.RunAsync()).Result);
        Assert.Equal(2, seen.Count);
        Assert.Single(seen.Distinct());
        Assert.Equal(8, seen[0].Version);
    }

    [Fact]
    public async Task A_stop_cancels_activities_and_the_next_start_goes_on()
    {
        var began = new TaskCompletionSource();
        _stage
            .Activity("Quick", x => x + 1)
            .Activity(
                "Long",
                async (x, token) =>
                {
                    if (began.TrySetResult())
                    {
                        await Task.Delay(Timeout.Infinite, token);
                    }

                    return x;
                }
            )
            .Flow(
                async (context, input) =>
                    await context.CallActivityAsync<int>("Long", await context.CallActivityAsync<int>("Quick", input))
            );
        using var stop = new CancellationTokenSource();
        await using (var engine = _stage.Open())
        {
            engine.Start(Main, 1, "one");
            var run = engine.RunToEndAsync("one", stop.Token);
            await began.Task;
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
            Assert.Equal(RuntimeStatus.Running, engine.Client.TryGet("one")!.Status);
        }

        Assert.Equal("2", (await _stage.RunAsync()).Result);
        using var client = FlowClient.TryOpen(_stage.StateDirectory)!;
        Assert.Equal(
            [new ActivityCount("Long", 1, 2), new ActivityCount("Quick", 1, 1)],
            client.CountActivities("one")
        );
    }

    [Fact]
    public async Task A_payload_over_the_limit_is_refused_by_name()
    {
        var catalog = new TaskCatalog(
            registry =>
                new LambdaFlows()
                    .Flow(async (context, _) => (await context.CallActivityAsync<string>("List", 1)).Length)
                    .Register(registry.AddActivity("List", new Listing())),
            _stage,
            LambdaFlows.Converter
        );
        await using var engine = EmbeddedEngine.Open(_stage.StateDirectory, catalog);
        engine.Start(Main, 1, "one");

        var end = await engine.RunToEndAsync("one", Token);

        Assert.Equal(RuntimeStatus.Failed, end.Status);
        Assert.Contains("the result of List is 70002 bytes", end.Failure!.Message);
    }

    [Fact]
    public async Task An_ended_instance_is_purged_with_its_sub_flows_and_a_running_one_stays()
    {
        _stage
            .ChildFlow((_, x) => Task.FromResult(x))
            .Flow((context, x) => context.CallSubOrchestratorAsync<int>(Child, x));
        await _stage.RunAsync();
        await using var engine = _stage.Open();
        engine.Start(Main, 1, "two");

        Assert.Equal(1, engine.Client.Purge(TimeSpan.FromMilliseconds(-1)));

        Assert.Equal(["two"], engine.Client.List().Select(i => i.Id));
        Assert.Empty(JournalView.Tree(_stage.StateDirectory, "one"));
    }

    [Fact]
    public async Task What_a_failed_attempt_counted_is_counted_once()
    {
        var counted = new Counter();
        var catalog = new TaskCatalog(
            registry =>
                new LambdaFlows()
                    .Flow(
                        (context, _) =>
                            context.CallActivityAsync<int>(
                                "Count",
                                1,
                                new RetryRule(2, TimeSpan.Zero, 1, TimeSpan.Zero).Until(CancellationToken.None)
                            )
                    )
                    .Register(registry.AddActivity("Count", new FailingOnce())),
            _stage,
            LambdaFlows.Converter
        );
        await using var engine = EmbeddedEngine.Open(
            _stage.StateDirectory,
            catalog,
            new EngineOptions { Progress = counted }
        );
        engine.Start(Main, 1, "one");

        var end = await engine.RunToEndAsync("one", Token);

        Assert.Equal("2", end.Result);
        Assert.Equal((10, 100), (counted.Files, counted.Bytes));
    }

    [Fact]
    public async Task An_activity_whose_end_cannot_be_told_ends_the_run_with_a_fault()
    {
        var catalog = new TaskCatalog(
            registry =>
                new LambdaFlows()
                    .Flow((context, _) => context.CallActivityAsync<int>("Count", 1))
                    .Register(registry.AddActivity("Count", new FailingOnce())),
            _stage,
            LambdaFlows.Converter
        );
        await using var engine = EmbeddedEngine.Open(
            _stage.StateDirectory,
            catalog,
            new EngineOptions { Progress = new OnlyForward(), PollInterval = TimeSpan.FromDays(1) }
        );
        engine.Start(Main, 1, "one");

        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => engine.RunToEndAsync("one", Token));

        Assert.Equal("how Count ended could not be told: NotSupportedException: never back", fault.Message);
    }

    public void Dispose() => _stage.Dispose();

    /// <summary>Cannot take back what a failed attempt counted.</summary>
    private sealed class OnlyForward : IProgressSink
    {
        public void Advance(string phase, long files, long bytes)
        {
            if (files < 0)
            {
                throw new NotSupportedException("never back");
            }
        }

        public void Warn(string message) { }
    }

    private sealed class FailingOnce : FlowActivity<int, int>
    {
        private int _attempts;

        public override Task<int> RunAsync(int input, IProgressSink progress, CancellationToken cancellationToken)
        {
            progress.Advance("files", 10, 100);
            return ++_attempts == 1
                ? throw new TransientException(ErrorKind.Storage, "busy")
                : Task.FromResult(_attempts);
        }
    }

    private sealed class Counter : IProgressSink
    {
        public long Files { get; private set; }

        public long Bytes { get; private set; }

        public void Advance(string phase, long files, long bytes) => (Files, Bytes) = (Files + files, Bytes + bytes);

        public void Warn(string message) { }
    }

    private sealed class Listing : FlowActivity<int, string>
    {
        public override Task<string> RunAsync(int input, IProgressSink progress, CancellationToken cancellationToken) =>
            Task.FromResult(new string('x', 70000));
    }
}
