using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Flows.Restore.Targets;

/// <summary>
/// Has the disk write while files are still restored, in place of all at the end of a step: then little is left for the
/// flush that the step waits for. One at a time; what goes wrong is thrown by <see cref="CompleteAsync"/>. Thread-safe.
/// </summary>
internal sealed class EarlyFlush(TargetTree target) : IAsyncDisposable
{
    private const long EveryBytes = 64 << 20;

    /// <summary>A small file takes a block of the disk, and others for its name and attributes.</summary>
    private const long BytesBeside = 8 << 10;

    private readonly Lock _gate = new();
    private Task _running = Task.CompletedTask;
    private long _waiting;

    /// <summary>Says what was written since the last call.</summary>
    public void Wrote(long files, long bytes)
    {
        lock (_gate)
        {
            _waiting += bytes + (files * BytesBeside);
            if (_waiting >= EveryBytes && _running.IsCompletedSuccessfully)
            {
                _waiting = 0;
                _running = Task.Run(target.Flush);
            }
        }
    }

    /// <summary>All that was written is on disk when this ends.</summary>
    public async Task CompleteAsync()
    {
        await _running;
        target.Flush();
    }

    /// <summary>Where something else went wrong, what becomes of the flush matters no more.</summary>
    public async ValueTask DisposeAsync() => await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
