using System.Collections.Concurrent;
using System.Diagnostics;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using Microsoft.DurableTask;
using static AlfrescoBackupFlows.Embedded.Tests.Stage;

namespace AlfrescoBackupFlows.Embedded.Tests;

public sealed class TraceTests : IDisposable
{
    private readonly Stage _stage = new();
    private readonly ConcurrentQueue<Activity> _spans = [];
    private readonly ActivityListener _listener;
    private readonly string _run = $"run-{Guid.NewGuid():n}";

    public TraceTests()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == Telemetry.Name,
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                if (Equals(span.GetTagItem("abf.run"), _run))
                {
                    _spans.Enqueue(span);
                }
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    [Fact]
    public void A_span_that_failed_holds_no_secret()
    {
        var secret = new Secret("s3cret-of-a-span");
        using var span = new Activity("x");

        FlowTrace.Fail(span, new FlowFailure(ErrorKind.Storage, $"refused: {secret.Reveal()}", IsRetryable: false));

        Assert.Equal("refused: [secret]", span.StatusDescription);
    }

    [Fact]
    public async Task A_run_of_two_processes_is_one_trace_and_no_replay_makes_a_second_span()
    {
        using var stop = new CancellationTokenSource();
        int hangs = 0;
        _stage
            .Activity("Add", x => x + 1)
            .Activity("Double", x => x * 2)
            .Activity(
                "Hang",
                async (x, token) =>
                {
                    if (Interlocked.Increment(ref hangs) == 1)
                    {
                        await stop.CancelAsync();
                        await Task.Delay(Timeout.Infinite, token);
                    }

                    return x;
                }
            )
            .ChildFlow((context, x) => context.CallActivityAsync<int>("Double", x))
            .Flow(
                async (context, x) =>
                {
                    WatchedFlow.EnterPhase("first");
                    int sum = await context.CallActivityAsync<int>("Add", x);
                    WatchedFlow.EnterPhase("second");
                    var child = new SubOrchestrationOptions(instanceId: FanOut.NewId(context));
                    sum = await context.CallSubOrchestratorAsync<int>(Child, sum, child);
                    return await context.CallActivityAsync<int>("Hang", sum);
                }
            );
        await using (EmbeddedEngine first = _stage.Open())
        {
            first.Start(Main, 1, _run);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.RunToEndAsync(_run, stop.Token));
        }

        Assert.Equal("4", (await _stage.RunAsync(id: _run)).Result);

        Assert.Equal(
            ["Add", "Child", "Double", "Hang", "Hang", "Main", "phase first", "phase second"],
            _spans.Select(span => span.OperationName).Order(StringComparer.Ordinal)
        );
        Assert.Single(_spans.Select(span => span.TraceId).Distinct());
        Assert.Equal(
            ["completed", "interrupted"],
            Named("Hang").Select(span => span.GetTagItem("abf.outcome")!.ToString()).Order(StringComparer.Ordinal)
        );
        Activity run = Assert.Single(Named("Main"));
        Activity child = Assert.Single(Named("Child"));
        Assert.Equal(default, run.ParentSpanId);
        Assert.Equal(child.SpanId, Assert.Single(Named("Double")).ParentSpanId);
        Assert.All(
            _spans.Where(span => span != run && span.OperationName != "Double"),
            span => Assert.Equal(run.SpanId, span.ParentSpanId)
        );
        Assert.Equal(_spans.Count, _spans.Select(span => span.SpanId).Distinct().Count());
        Activity second = Assert.Single(Named("phase second"));
        Assert.Equal("second", second.GetTagItem("abf.phase"));
        Assert.Equal(Assert.Single(Named("phase first")).StartTimeUtc, run.StartTimeUtc);
        Assert.Equal(run.StartTimeUtc + run.Duration, second.StartTimeUtc + second.Duration);
    }

    [Fact]
    public async Task A_run_that_failed_and_its_activity_say_why_without_a_secret()
    {
        var secret = new Secret($"pw-{Guid.NewGuid():n}");
        _stage
            .Activity("Fail", _ => throw new InvalidOperationException($"login with {secret.Reveal()} failed"))
            .Flow((context, x) => context.CallActivityAsync<int>("Fail", x));

        await _stage.RunAsync(id: _run);

        Assert.Equal(["Fail", "Main"], _spans.Select(span => span.OperationName));
        Assert.All(_spans, span => Assert.Equal(ActivityStatusCode.Error, span.Status));
        Assert.All(_spans, span => Assert.Contains("login with [secret] failed", span.StatusDescription));
    }

    [Theory]
    [InlineData("20260520T013000Z-1a2b3c4d", "20260520T013000Z-1a2b3c4d")]
    [InlineData("sub-one-0123456789abcdef0123456789abcdef", "one")]
    [InlineData("sub-sub-one-0123456789abcdef0123456789abcdef-0123456789abcdef0123456789abcdef", "one")]
    [InlineData("sub-", "sub-")]
    public void What_an_instance_works_for_stands_in_its_id(string instance, string run) =>
        Assert.Equal(run, FlowTrace.RootOf(instance));

    public void Dispose()
    {
        _listener.Dispose();
        _stage.Dispose();
    }

    private IEnumerable<Activity> Named(string name) => _spans.Where(span => span.OperationName == name);
}
