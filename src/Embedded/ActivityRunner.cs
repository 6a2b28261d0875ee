using System.Collections.Concurrent;
using AlfrescoBackupFlows.Embedded.Journal;
using AlfrescoBackupFlows.Embedded.Replay;
using AlfrescoBackupFlows.Flows.Tasks;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Embedded;

/// <param name="Payload">The result, or the <see cref="FlowFailure"/>, as JSON.</param>
internal sealed record ActivityOutcome(long ActivityId, bool IsFailure, string Payload);

/// <summary>Runs started activities on the thread pool and collects how they end. An activity that fails after it was
/// cancelled has no outcome: it runs again.</summary>
internal sealed class ActivityRunner(TaskCatalog catalog, EngineOptions options, ILogger logger, Action changed)
{
    private readonly ConcurrentDictionary<long, (Task Task, CancellationTokenSource Cancellation)> _running = new();
    private readonly ConcurrentQueue<ActivityOutcome> _outcomes = new();
    private volatile Exception? _lost;

    public int FreeSlots => options.MaxParallelActivities - _running.Count;

    public void Start(PendingActivity activity)
    {
        var cancellation = new CancellationTokenSource();
        var started = new TaskCompletionSource();

        // Registered before it runs, so that its end always finds it.
        _running[activity.Id] = (
            started
                .Task.ContinueWith(
                    _ => RunAsync(activity, cancellation.Token),
                    CancellationToken.None,
                    TaskContinuationOptions.RunContinuationsAsynchronously,
                    TaskScheduler.Default
                )
                .Unwrap(),
            cancellation
        );
        started.SetResult();
    }

    /// <summary>Takes the outcomes that came in since the last call.</summary>
    /// <exception cref="InvalidOperationException">An activity ended, and no outcome could be made of it: its flow would
    /// wait for ever.</exception>
    public List<ActivityOutcome> TakeOutcomes()
    {
        if (_lost is { } lost)
        {
            throw lost;
        }

        var outcomes = new List<ActivityOutcome>();
        while (_outcomes.TryDequeue(out var outcome))
        {
            outcomes.Add(outcome);
        }

        return outcomes;
    }

    /// <summary>Cancels those that nobody waits for any more.</summary>
    public async Task KeepOnlyAsync(Func<HashSet<long>> wanted)
    {
        if (_running.IsEmpty)
        {
            return;
        }

        var keep = wanted();
        foreach (var (id, (_, cancellation)) in _running.Where(r => !keep.Contains(r.Key)))
        {
            await cancellation.CancelAsync();
        }
    }

    /// <summary>Cancels all and returns when they have ended.</summary>
    public async Task StopAsync()
    {
        foreach (var (task, cancellation) in _running.Values)
        {
            await cancellation.CancelAsync();
            await task;
        }
    }

    private async Task RunAsync(PendingActivity activity, CancellationToken cancellationToken)
    {
        try
        {
            await AttemptAsync(activity, cancellationToken);
        }
        catch (Exception e)
        {
            _lost = new InvalidOperationException(
                $"how {activity.Name} ended could not be told: {e.GetType().Name}: {e.Message}",
                e
            );
        }

        // The source is left to the collector: the runner may be cancelling it at this moment, and it holds nothing
        // that needs disposal.
        _running.TryRemove(activity.Id, out _);
        changed();
    }

    private async Task AttemptAsync(PendingActivity activity, CancellationToken cancellationToken)
    {
        var progress = new AttemptProgress(options.Progress);
        try
        {
            new ActivityScope(progress, cancellationToken).Enter();
            ITaskActivity task = catalog.CreateActivity(activity.Name);
            object? output = await task.RunAsync(new CalledBy(activity), catalog.Read(activity.Input, task.InputType));
            string result = catalog.Write(output);
            if (PayloadLimit.Check($"the result of {activity.Name}", result))
            {
                Logs.LargePayload(logger, activity.InstanceId, $"the result of {activity.Name}");
            }

            _outcomes.Enqueue(new ActivityOutcome(activity.Id, IsFailure: false, result));
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            progress.TakeBack();
            Logs.Interrupted(logger, activity.InstanceId, activity.Name);
        }
        catch (Exception e)
        {
            progress.TakeBack();
            var failure = FlowFailure.From(e);
            Logs.ActivityFailed(logger, activity.InstanceId, activity.Name, failure.Message, e);
            _outcomes.Enqueue(new ActivityOutcome(activity.Id, IsFailure: true, EmbeddedJson.Write(failure)));
        }
    }

    private sealed class CalledBy(PendingActivity activity) : TaskActivityContext
    {
        public override TaskName Name => activity.Name;

        public override string InstanceId => activity.InstanceId;
    }
}
