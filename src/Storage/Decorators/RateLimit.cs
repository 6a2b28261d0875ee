namespace AlfrescoBackupFlows.Storage.Decorators;

/// <summary>
/// Lets no more bytes a second pass, on average, than it is told: whoever takes some waits until those of all before are
/// paid for, and its own. Thread-safe.
/// </summary>
/// <param name="bytesPerSecond">At least 1.</param>
public sealed class RateLimit(long bytesPerSecond, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly long _started = time.GetTimestamp();

    /// <summary>When everything that was taken is paid for.</summary>
    private TimeSpan _free;

    public ValueTask TakeAsync(long bytes, CancellationToken cancellationToken) =>
        Take(bytes) is var wait && wait > TimeSpan.Zero
            ? new ValueTask(Task.Delay(wait, time, cancellationToken))
            : ValueTask.CompletedTask;

    /// <returns>How long to wait.</returns>
    private TimeSpan Take(long bytes)
    {
        lock (_gate)
        {
            // What was not taken in time is not made up for later.
            TimeSpan now = time.GetElapsedTime(_started);
            TimeSpan from = _free > now ? _free : now;
            _free = from + TimeSpan.FromSeconds((double)bytes / bytesPerSecond);
            return _free - now;
        }
    }
}
