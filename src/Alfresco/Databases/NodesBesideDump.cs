using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Alfresco.Databases;

/// <summary>
/// Reads the rows of nodes while a dump runs, and never at its cost: it begins when the dump has its connection and its
/// locks, and after the dump's end it is waited for only so long.
/// </summary>
/// <param name="rows">Gets the reason where what was read is not whole.</param>
/// <param name="read">Hands the rows on; ends when its token is cancelled.</param>
internal sealed class NodesBesideDump(GuardedRows rows, Func<CancellationToken, Task> read, TimeProvider time)
    : IAsyncDisposable
{
    /// <summary>After the dump: as long as the dump took, within these. What comes next in a run has a time of its own.</summary>
    public static readonly TimeSpan ShortestWait = TimeSpan.FromMinutes(1);

    /// <inheritdoc cref="ShortestWait"/>
    public static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(10);

    /// <summary>For a reader that was told to end.</summary>
    private static readonly TimeSpan Ending = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _stop = new();
    private Task? _reading;
    private long _began;

    /// <summary>The dump's next bytes have come; the first of them begin the reading.</summary>
    public void OnBytes()
    {
        if (_reading is null)
        {
            _began = time.GetTimestamp();
            _reading = Task.Run(ReadAsync, CancellationToken.None);
        }
    }

    /// <summary>The dump is whole. Returns when all is read, or with a reason given to the rows.</summary>
    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        if (_reading is null)
        {
            rows.Fail("nothing came of the dump");
            return;
        }

        var limit = TimeSpan.FromTicks(
            Math.Clamp(time.GetElapsedTime(_began).Ticks, ShortestWait.Ticks, LongestWait.Ticks)
        );
        try
        {
            await _reading.WaitAsync(limit, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            rows.Fail(
                FormattableString.Invariant(
                    $"the rows of its documents were not read {limit.TotalMinutes:0.#} min after the dump was done: see the server's load"
                )
            );
        }
    }

    /// <summary>Nobody hands on rows any more once this has returned.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_reading is { IsCompleted: false } reading)
        {
            rows.Fail("the dump has ended");
            await _stop.CancelAsync();
            await reading
                .WaitAsync(Ending, CancellationToken.None)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _stop.Dispose();
    }

    private async Task ReadAsync()
    {
        try
        {
            await read(_stop.Token);
        }
        catch (AbfException exception)
        {
            rows.Fail(exception.Message);
        }
#pragma warning disable CA1031 // Whatever it is, a whole dump is worth more than a catalogue.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            rows.Fail(Platform.PlainText.Excerpt($"{exception.GetType().Name}: {exception.Message}"));
        }
    }
}
