using System.Collections.Concurrent;
using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform.Errors;
using Microsoft.DurableTask;
using Xunit;
using static AlfrescoBackupFlows.Engines.Tests.LambdaFlows;

namespace AlfrescoBackupFlows.Engines.Tests;

/// <summary>
/// What a flow may rely on, whichever engine runs it: this file is compiled into the tests of each engine, which bring
/// a <see cref="TestEngine"/>.
/// </summary>
public sealed class FlowEngineTests : IAsyncDisposable
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(30);

    private static TaskOptions Thrice() =>
        new RetryRule(3, Moment, 2, TimeSpan.FromSeconds(1)).Until(CancellationToken.None);

    private readonly LambdaFlows _flows = new();
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;
    private TestEngine? _engine;

    [Fact]
    public async Task Activities_in_turn_hand_their_results_on()
    {
        _flows
            .Activity("Double", x => x * 2)
            .Flow(
                async (context, input) =>
                    await context.CallActivityAsync<int>(
                        "Double",
                        await context.CallActivityAsync<int>("Double", input)
                    )
            );

        Assert.Equal((RuntimeStatus.Completed, "40"), Outcome(await RunAsync(10)));
    }

    [Fact]
    public async Task Activities_side_by_side_answer_each_its_own_call()
    {
        _flows
            .Activity("Square", x => x * x)
            .Flow(
                async (context, _) =>
                {
                    int[] squares = await Task.WhenAll(
                        Enumerable.Range(0, 20).Select(i => context.CallActivityAsync<int>("Square", i))
                    );
                    return squares.SequenceEqual(Enumerable.Range(0, 20).Select(i => i * i)) ? 1 : 0;
                }
            );

        Assert.Equal((RuntimeStatus.Completed, "1"), Outcome(await RunAsync()));
    }

    [Fact]
    public async Task A_transient_failure_is_tried_again_after_growing_durable_delays()
    {
        int attempts = 0;
        var waited = TimeSpan.Zero;
        _flows
            .Activity(
                "Flaky",
                _ => ++attempts < 3 ? throw new TransientException(ErrorKind.Storage, "try later") : attempts
            )
            .Flow(
                async (context, _) =>
                {
                    DateTime start = context.CurrentUtcDateTime;
                    int result = await context.CallActivityAsync<int>("Flaky", 0, Thrice());
                    waited = context.CurrentUtcDateTime - start;
                    return result;
                }
            );

        Assert.Equal((RuntimeStatus.Completed, "3"), Outcome(await RunAsync()));
        TimeSpan least = Moment + (2 * Moment) - (2 * TestEngine.TimersAreEarlyBy);
        Assert.True(waited >= least, $"one and two moments of delay, not {waited}");
    }

    [Theory]
    [InlineData(true, 3)]
    [InlineData(false, 1)]
    public async Task A_failure_that_lasts_reaches_the_flow_with_its_kind(bool transient, int expectedAttempts)
    {
        int attempts = 0;
        _flows
            .Activity(
                "Fail",
                _ =>
                {
                    attempts++;
                    throw transient
                        ? new TransientException(ErrorKind.Storage, "no answer")
                        : new PermanentException(ErrorKind.Storage, "no answer");
                }
            )
            .Flow((context, _) => context.CallActivityAsync<int>("Fail", 0, Thrice()));

        FlowInstance end = await RunAsync();

        Assert.Equal(RuntimeStatus.Failed, end.Status);
        Assert.Equal(new FlowFailure(ErrorKind.Storage, "no answer", transient), end.Failure);
        Assert.Equal(expectedAttempts, attempts);
    }

    [Fact]
    public async Task A_message_crosses_as_it_is()
    {
        const string Message = "installation.root 'C:\\Büro \"alt\"': missing\n{ \"fix\": true } — 改\nStack: none";
        _flows
            .Activity("Fail", _ => throw new PermanentException(ErrorKind.Configuration, Message))
            .ChildFlow((context, x) => context.CallActivityAsync<int>("Fail", x))
            .Flow((context, x) => context.CallSubOrchestratorAsync<int>(Child, x));

        Assert.Equal(new FlowFailure(ErrorKind.Configuration, Message, false), (await RunAsync()).Failure);
    }

    [Fact]
    public async Task What_nobody_foresaw_is_tried_again_and_then_unexpected()
    {
        int attempts = 0;
        _flows
            .Activity(
                "Fail",
                _ =>
                {
                    attempts++;
                    throw new InvalidOperationException("a bug");
                }
            )
            .Flow((context, _) => context.CallActivityAsync<int>("Fail", 0, Thrice()));

        FlowInstance end = await RunAsync();

        Assert.Equal(ErrorKind.Unexpected, end.Failure!.Kind);
        Assert.Equal("InvalidOperationException: a bug", end.Failure.Message);
        Assert.Equal(3, attempts);
    }

    [Fact]
    public async Task A_failure_that_the_flow_catches_does_not_fail_it()
    {
        _flows
            .Activity("Fail", _ => throw new PermanentException(ErrorKind.Source, "gone"))
            .Flow(
                async (context, _) =>
                {
                    try
                    {
                        return await context.CallActivityAsync<int>("Fail", 0);
                    }
                    catch (TaskFailedException e)
                        when (FlowFailure.From(e).Kind == ErrorKind.Source && e.TaskName == "Fail")
                    {
                        return -1;
                    }
                }
            );

        Assert.Equal((RuntimeStatus.Completed, "-1"), Outcome(await RunAsync()));
    }

    [Fact]
    public async Task A_timer_fires_at_its_time_and_not_before()
    {
        _flows.Flow(
            async (context, _) =>
            {
                DateTime due = context.CurrentUtcDateTime + TestEngine.TimersAreEarlyBy + Moment;
                await context.CreateTimer(due, CancellationToken.None);
                return context.CurrentUtcDateTime >= due - TestEngine.TimersAreEarlyBy ? 1 : 0;
            }
        );

        Assert.Equal((RuntimeStatus.Completed, "1"), Outcome(await RunAsync()));
    }

    [Fact]
    public async Task A_cancelled_timer_holds_nothing_up()
    {
        _flows
            .Activity("Work", x => x)
            .Flow(
                async (context, input) =>
                {
                    using var cancel = new CancellationTokenSource();
                    Task timer = context.CreateTimer(context.CurrentUtcDateTime.AddDays(1), cancel.Token);
                    await Task.WhenAny(timer, context.CallActivityAsync<int>("Work", input));
                    cancel.Cancel();
                    try
                    {
                        await timer;
                        return -1;
                    }
                    catch (OperationCanceledException)
                    {
                        return await context.CallActivityAsync<int>("Work", 7);
                    }
                }
            );

        Assert.Equal((RuntimeStatus.Completed, "7"), Outcome(await RunAsync()));
    }

    [Fact]
    public async Task Events_of_one_name_are_consumed_in_order_even_if_raised_before_anyone_waits()
    {
        _flows.Flow(
            async (context, _) =>
            {
                int digits = 0;
                for (int i = 0; i < 3; i++)
                {
                    digits = (digits * 10) + await context.WaitForExternalEvent<int>("digit", CancellationToken.None);
                }

                return digits + await context.WaitForExternalEvent<int>("offset", CancellationToken.None);
            }
        );
        TestEngine engine = await StartAsync();
        await engine.RaiseAsync("one", "offset", 1000);
        foreach (int digit in (int[])[1, 2, 3])
        {
            await engine.RaiseAsync("one", "digit", digit);
        }

        Assert.Equal((RuntimeStatus.Completed, "1123"), Outcome(await engine.WaitForEndAsync("one", _token)));
    }

    [Fact]
    public async Task A_wait_that_was_cancelled_leaves_the_event_to_the_next_one()
    {
        _flows
            .Activity("Work", x => x)
            .Flow(
                async (context, input) =>
                {
                    using var cancel = new CancellationTokenSource();
                    Task<int> abandoned = context.WaitForExternalEvent<int>("go", cancel.Token);
                    cancel.Cancel();
                    await context.CallActivityAsync<int>("Work", input);
                    return abandoned.IsCanceled
                        ? await context.WaitForExternalEvent<int>("go", CancellationToken.None)
                        : -1;
                }
            );
        TestEngine engine = await StartAsync();
        await engine.RaiseAsync("one", "go", 9);

        Assert.Equal((RuntimeStatus.Completed, "9"), Outcome(await engine.WaitForEndAsync("one", _token)));
    }

    [Fact]
    public async Task Continue_as_new_carries_events_over()
    {
        Assert.SkipUnless(
            TestEngine.CarriesEventsOver,
            "this version of the engine loses events in continue-as-new and then waits for ever"
        );
        var inputs = new ConcurrentQueue<int>();
        _flows
            .Activity(
                "Work",
                x =>
                {
                    inputs.Enqueue(x);
                    return x;
                }
            )
            .Flow(
                async (context, input) =>
                {
                    using var cancel = new CancellationTokenSource();
                    Task<int> abandoned = context.WaitForExternalEvent<int>("early", cancel.Token);
                    cancel.Cancel();
                    await context.CallActivityAsync<int>("Work", input);
                    if (input < 3)
                    {
                        context.ContinueAsNew(input + 1);
                        return 0;
                    }

                    return !abandoned.IsCanceled
                        ? -1
                        : await context.WaitForExternalEvent<int>("early", CancellationToken.None);
                }
            );
        TestEngine engine = await StartAsync(0);
        await engine.RaiseAsync("one", "early", 42);

        Assert.Equal((RuntimeStatus.Completed, "42"), Outcome(await engine.WaitForEndAsync("one", _token)));
        // An activity may run again where its answer was late.
        Assert.Equal([0, 1, 2, 3], inputs.Distinct());
    }

    [Fact]
    public async Task An_id_is_the_same_at_every_replay_and_different_from_the_next()
    {
        var seen = new ConcurrentQueue<Guid>();
        _flows
            .Activity("Work", x => x)
            .Flow(
                async (context, input) =>
                {
                    Guid first = context.NewGuid();
                    seen.Enqueue(first);
                    await context.CallActivityAsync<int>("Work", input);
                    return context.NewGuid() == first ? 0 : 1;
                }
            );

        Assert.Equal((RuntimeStatus.Completed, "1"), Outcome(await RunAsync()));
        Assert.Single(seen.Distinct());
    }

    [Fact]
    public async Task The_last_custom_status_is_kept()
    {
        _flows
            .Activity("Work", x => x)
            .Flow(
                async (context, input) =>
                {
                    context.SetCustomStatus("first");
                    await context.CallActivityAsync<int>("Work", input);
                    context.SetCustomStatus("last");
                    return input;
                }
            );

        Assert.Equal("\"last\"", (await RunAsync()).CustomStatus);
    }

    [Fact]
    public async Task Sub_orchestrations_side_by_side_return_to_their_parent()
    {
        _flows
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

        Assert.Equal((RuntimeStatus.Completed, "6"), Outcome(await RunAsync()));
    }

    [Fact]
    public async Task A_sub_orchestration_that_fails_fails_the_call_with_its_kind()
    {
        _flows
            .ChildFlow((_, _) => throw new PermanentException(ErrorKind.Target, "disk full"))
            .Flow((context, x) => context.CallSubOrchestratorAsync<int>(Child, x));

        Assert.Equal(new FlowFailure(ErrorKind.Target, "disk full", false), (await RunAsync()).Failure);
    }

    [Fact]
    public async Task A_sub_orchestration_continues_as_new_and_still_answers_its_parent()
    {
        _flows
            .ChildFlow(
                (context, x) =>
                {
                    if (x < 5)
                    {
                        context.ContinueAsNew(x + 1);
                    }

                    return Task.FromResult(x);
                }
            )
            .Flow((context, x) => context.CallSubOrchestratorAsync<int>(Child, x));

        Assert.Equal((RuntimeStatus.Completed, "5"), Outcome(await RunAsync()));
    }

    [Fact]
    public async Task An_event_is_sent_from_one_flow_to_another()
    {
        _flows
            .ChildFlow(async (context, x) => x + await context.WaitForExternalEvent<int>("more"))
            .Flow(
                async (context, x) =>
                {
                    Task<int> child = context.CallSubOrchestratorAsync<int>(
                        Child,
                        x,
                        new SubOrchestrationOptions(instanceId: "child")
                    );
                    context.SendEvent("child", "more", 41);
                    return await child;
                }
            );

        Assert.Equal((RuntimeStatus.Completed, "42"), Outcome(await RunAsync()));
    }

    [Fact]
    public async Task An_event_that_is_sent_to_nobody_is_lost()
    {
        _flows.Flow(
            (context, x) =>
            {
                context.SendEvent("nobody", "more", x);
                return Task.FromResult(x);
            }
        );

        Assert.Equal((RuntimeStatus.Completed, "1"), Outcome(await RunAsync()));
    }

    [Fact]
    public async Task A_fan_out_returns_results_in_the_order_of_its_inputs()
    {
        _flows
            .Activity("Double", x => x * 2)
            .ChildFlow((context, x) => context.CallActivityAsync<int>("Double", x))
            .Flow(
                async (context, _) =>
                {
                    using var cancel = new CancelSignal(context, "cancelled");
                    int[] doubled = await FanOut.RunAsync<int, int>(
                        context,
                        cancel,
                        Child,
                        [1, 2, 3, 4, 5],
                        parallelism: 2,
                        _ => { }
                    );
                    return doubled.Aggregate((digits, digit) => (digits * 100) + digit);
                }
            );

        Assert.Equal((RuntimeStatus.Completed, "204060810"), Outcome(await RunAsync()));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_flow_that_ends_within_a_fan_out_leaves_no_child_behind(bool isCancelled)
    {
        var children = new ConcurrentDictionary<string, bool>();
        int calls = 0;
        _flows
            .Activity(
                "EndAll",
                async (x, _) =>
                {
                    // The third, so that all children have begun: an engine may drop what is sent to one that has not.
                    if (Interlocked.Increment(ref calls) < 3)
                    {
                        return x;
                    }

                    if (!isCancelled)
                    {
                        throw new PermanentException(ErrorKind.Source, "gone");
                    }

                    await _engine!.RaiseAsync("one", FlowEvents.Cancel, Nothing.Value);
                    return x;
                }
            )
            .ChildFlow(
                async (context, x) =>
                {
                    using var cancel = new CancelSignal(context, "its parent ended");
                    children.TryAdd(context.InstanceId, true);
                    await context.CallActivityAsync<int>("EndAll", x);
                    await cancel.UnlessCancelledAsync(context.WaitForExternalEvent<int>("never", cancel.Ended));
                    return x;
                }
            )
            .Flow(
                async (context, _) =>
                {
                    using var cancel = new CancelSignal(context, "cancelled");
                    return (
                        await FanOut.RunAsync<int, int>(context, cancel, Child, [0, 1, 2], parallelism: 3, _ => { })
                    ).Length;
                }
            );
        TestEngine engine = await StartAsync();

        FlowInstance end = await engine.WaitForEndAsync("one", _token);

        Assert.Equal(
            isCancelled
                ? new FlowFailure(ErrorKind.Cancelled, "cancelled", false)
                : new FlowFailure(ErrorKind.Source, "gone", false),
            end.Failure
        );
        foreach (string child in children.Keys)
        {
            Assert.NotEqual(RuntimeStatus.Completed, (await engine.WaitForEndAsync(child, _token)).Status);
        }
    }

    public ValueTask DisposeAsync() => _engine?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static (RuntimeStatus Status, string? Result) Outcome(FlowInstance end) =>
        (end.Status, end.Result ?? end.Failure?.Message);

    private async Task<TestEngine> StartAsync(int input = 1)
    {
        _engine = await TestEngine.OpenAsync(_flows.Register, LambdaFlows.Converter);
        await _engine.StartAsync(Main, input, "one");
        return _engine;
    }

    private async Task<FlowInstance> RunAsync(int input = 1) =>
        await (await StartAsync(input)).WaitForEndAsync("one", _token);
}
