namespace AlfrescoBackupFlows.Flows.Engine;

/// <summary>
/// When an activity is tried again. Only transient failures are; the type of the exception decides
/// (<see cref="Platform.TransientException"/>, or any exception that is not an <see cref="Platform.AbfException"/> and not a cancellation).
/// </summary>
/// <param name="MaxAttempts">All attempts, the first included.</param>
/// <param name="FirstDelay">Before the second attempt.</param>
/// <param name="Backoff">Factor from one delay to the next.</param>
/// <param name="MaxDelay">Upper bound of a delay.</param>
public sealed record RetryRule(int MaxAttempts, TimeSpan FirstDelay, double Backoff, TimeSpan MaxDelay)
{
    /// <summary>How long to wait after attempt <paramref name="attempt"/> (from 1) has failed.</summary>
    public TimeSpan DelayAfter(int attempt)
    {
        var delay = FirstDelay.TotalMilliseconds * Math.Pow(Backoff, attempt - 1);
        return delay < MaxDelay.TotalMilliseconds ? TimeSpan.FromMilliseconds(delay) : MaxDelay;
    }
}
