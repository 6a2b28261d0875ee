using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Hosting.Notifications;

/// <summary>
/// Tells what happened by every channel that is configured. Nothing that fails here reaches the caller: it is said, and
/// the work goes on. A problem is told when it is seen first, once a day while it is seen, and when it is over.
/// </summary>
/// <param name="installation">Its name.</param>
/// <param name="state">The state directory, which remembers what was told.</param>
/// <param name="clean">Takes paths of the host and secrets out of a line.</param>
/// <param name="say">Gets what could not be told, a line each.</param>
public sealed class Notifier(
    NotifyOptions options,
    string installation,
    string state,
    Func<string, string> clean,
    TimeProvider time,
    Action<string> say
) : IDisposable
{
    /// <summary>Less than a day: a run of each night tells it, although one takes less time than another.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromHours(20);

    private readonly PingChannel _ping = new(options.Ping);
    private readonly IMessageChannel[] _channels =
    [
        .. new IMessageChannel[] { new WebhookChannel(options.Webhook), new MailChannel(options.Mail) }.Where(channel =>
            channel.IsSet
        ),
    ];
    private readonly NotificationMemory _memory = new(state, installation, say);
    private readonly SemaphoreSlim _gate = new(1);

    /// <summary>Whether there is a channel at all.</summary>
    public bool IsSet => _ping.IsSet || _channels.Length > 0;

    public NotifyOptions Options => options;

    /// <summary>Tells the dead-man monitor, where there is one.</summary>
    internal async Task PingAsync(string signal, string message)
    {
        if (_ping.IsSet)
        {
            await TryAsync(() => _ping.SendAsync(signal, clean(message), CancellationToken.None));
        }
    }

    /// <summary>Tells of something once, whatever was told before.</summary>
    internal Task<bool> TellAsync(string about, string happened, string title, string message, string? run) =>
        SendAsync(Make(about, happened, title, message, run, since: null));

    /// <summary>What a look came to: a problem, or none any more.</summary>
    /// <param name="key">Problems of the same key are one problem.</param>
    /// <param name="title">Of the problem.</param>
    /// <param name="problem">Null: there is none.</param>
    internal async Task ObserveAsync(string key, string about, string title, string? problem, string? run)
    {
        if (_channels.Length == 0)
        {
            return;
        }

        await _gate.WaitAsync();
        try
        {
            Dictionary<string, StandingProblem> standing = _memory.Read();
            StandingProblem? known = standing.GetValueOrDefault(key);
            DateTimeOffset now = time.GetUtcNow();
            if (
                problem is not null
                && (known is null || RecordedTime.IsDue(known.Told, Silence, now))
                && await SendAsync(Make(about, Notification.Problem, title, problem, run, known?.Since))
            )
            {
                standing[key] = new StandingProblem(known?.Since ?? now, now, clean(problem));
                _memory.Write(standing);
            }
            else if (
                problem is null
                && known is not null
                && await SendAsync(Make(about, Notification.Over, $"over: {title}", known.Message, run, known.Since))
            )
            {
                standing.Remove(key);
                _memory.Write(standing);
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Sends a test by each channel.</summary>
    /// <returns>The channels, and why one did not take it; null where it did.</returns>
    public async Task<IReadOnlyList<(string Channel, string? Fault)>> TestAsync(CancellationToken cancellationToken)
    {
        const string Text = "This is a test of the notifications; nothing is wrong.";
        Notification test = Make(NotificationEvents.Test, Notification.Test, "a test", Text, run: null, since: null);
        var told = new List<(string, string?)>();
        if (_ping.IsSet)
        {
            told.Add(("ping", await FaultOfAsync(() => _ping.SendAsync(PingChannel.Log, Text, cancellationToken))));
        }

        foreach (IMessageChannel channel in _channels)
        {
            told.Add((channel.Name, await FaultOfAsync(() => channel.SendAsync(test, cancellationToken))));
        }

        return told;
    }

    public void Dispose() => _gate.Dispose();

    /// <returns>Whether anybody took it.</returns>
    private async Task<bool> SendAsync(Notification notification)
    {
        bool isTold = false;
        foreach (IMessageChannel channel in _channels)
        {
            isTold |= await TryAsync(() => channel.SendAsync(notification, CancellationToken.None));
        }

        return isTold;
    }

    private Notification Make(
        string about,
        string happened,
        string title,
        string message,
        string? run,
        DateTimeOffset? since
    ) =>
        new(
            about,
            happened,
            installation,
            $"{installation}: {title}",
            clean(message),
            run,
            time.GetUtcNow().UtcDateTime,
            since?.UtcDateTime
        );

    /// <summary>Whatever goes wrong in it is said, and stays there.</summary>
    internal Task GuardAsync(Func<Task> tell) => TryAsync(tell);

    private async Task<bool> TryAsync(Func<Task> send)
    {
        string? fault = await FaultOfAsync(send);
        if (fault is not null)
        {
            say(fault);
        }

        return fault is null;
    }

    private static async Task<string?> FaultOfAsync(Func<Task> send)
    {
        try
        {
            await send();
            return null;
        }
        catch (AbfException e)
        {
            return e.Message;
        }
#pragma warning disable CA1031 // Whoever cannot be told, the run has its own outcome.
        catch (Exception e) when (e is not OperationCanceledException)
#pragma warning restore CA1031
        {
            return $"a notification failed: {e.GetType().Name}: {Secret.Redact(e.Message)}";
        }
    }
}
