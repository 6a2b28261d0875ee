using Microsoft.DurableTask;

namespace AlfrescoBackupFlows.Flows.Tasks;

/// <summary>
/// When an activity is tried again. Only failures that may pass are, and the failure itself says so
/// (<see cref="FlowFailure.IsRetryable"/>). Delays are durable timers, so history shows every attempt.
/// </summary>
/// <param name="MaxAttempts">All attempts, the first included. One that its host interrupted is not counted.</param>
/// <param name="FirstDelay">Before the second attempt.</param>
/// <param name="Backoff">Factor from one delay to the next.</param>
/// <param name="MaxDelay">Upper bound of a delay.</param>
public sealed record RetryRule(int MaxAttempts, TimeSpan FirstDelay, double Backoff, TimeSpan MaxDelay)
{
    /// <summary>The options of one call.</summary>
    /// <param name="ended">
    /// Cancelled when the flow ends: nothing is tried again then, and no timer is left that a host would wait for.
    /// </param>
    public TaskOptions Until(CancellationToken ended)
    {
        int failed = 0;
        return TaskOptions.FromRetryHandler(async retry =>
        {
            FlowFailure failure = FlowFailure.From(retry.LastFailure);
            if (ended.IsCancellationRequested || !failure.IsRetryable)
            {
                return false;
            }

            if (failure.IsInterruption)
            {
                return true;
            }

            if (++failed >= MaxAttempts)
            {
                return false;
            }

            DateTime next = retry.OrchestrationContext.CurrentUtcDateTime + DelayAfter(failed);
            await retry.OrchestrationContext.CreateTimer(next, ended);
            return true;
        });
    }

    /// <summary>How long to wait after attempt <paramref name="attempt"/> (from 1) has failed.</summary>
    private TimeSpan DelayAfter(int attempt)
    {
        double delay = FirstDelay.TotalMilliseconds * Math.Pow(Backoff, attempt - 1);
        return delay < MaxDelay.TotalMilliseconds ? TimeSpan.FromMilliseconds(delay) : MaxDelay;
    }
}
