using System.Diagnostics;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Processes;
using Microsoft.DurableTask;

namespace AlfrescoBackupFlows.Flows.Tasks;

/// <summary>
/// A step that does work. Idempotent: a host runs an interrupted activity again, sometimes while the first attempt is
/// still alive, and both must come to the same result. Brings what <see cref="TaskActivity{TInput, TOutput}"/> lacks, a
/// cancellation token and live progress; both come from <see cref="ActivityScope"/>.
/// </summary>
public abstract class FlowActivity<TInput, TOutput> : TaskActivity<TInput, TOutput>
{
    /// <exception cref="InterruptedException">It was cancelled.</exception>
    public sealed override async Task<TOutput> RunAsync(TaskActivityContext context, TInput input)
    {
        ActivityScope scope = ActivityScope.Current;
        using Activity? span = FlowTrace.StartActivity(context.InstanceId, context.Name.Name);
        long began = Stopwatch.GetTimestamp();
        string outcome = "failed";
        try
        {
            TOutput output = await RunAsync(input, scope.Progress, scope.CancellationToken);
            outcome = "completed";
            return output;
        }
        catch (Exception e) when (scope.CancellationToken.IsCancellationRequested)
        {
            outcome = "interrupted";
            throw new InterruptedException(e);
        }
        catch (Exception e)
        {
            if (e is TransientException passing)
            {
                // The wait before the next attempt is one on somebody else.
                scope.Progress.Warn($"{passing.Message} (may pass: a fault of this kind is tried a few times)");
            }

            if (span is not null)
            {
                FlowTrace.Fail(span, FlowFailure.From(e));
            }

            scope.Failed?.Invoke(e);
            throw;
        }
        finally
        {
            span?.SetTag("abf.outcome", outcome);
            FlowMetrics.ActivityEnded(context.Name.Name, outcome, Stopwatch.GetElapsedTime(began));
            NativeHeap.Trim();
        }
    }

    /// <exception cref="AbfException">It failed; the type says whether trying again may help.</exception>
    public abstract Task<TOutput> RunAsync(TInput input, IProgressSink progress, CancellationToken cancellationToken);
}
