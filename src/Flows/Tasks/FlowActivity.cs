using AlfrescoBackupFlows.Platform.Errors;
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
        try
        {
            return await RunAsync(input, scope.Progress, scope.CancellationToken);
        }
        catch (Exception e) when (scope.CancellationToken.IsCancellationRequested)
        {
            throw new InterruptedException(e);
        }
        catch (Exception e)
        {
            if (e is TransientException passing)
            {
                // The wait before the next attempt is one on somebody else.
                scope.Progress.Warn($"{passing.Message} (may pass: a fault of this kind is tried a few times)");
            }

            scope.Failed?.Invoke(e);
            throw;
        }
    }

    /// <exception cref="AbfException">It failed; the type says whether trying again may help.</exception>
    public abstract Task<TOutput> RunAsync(TInput input, IProgressSink progress, CancellationToken cancellationToken);
}
