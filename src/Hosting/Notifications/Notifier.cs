using System.Globalization;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Hosting.Notifications;

/// <summary>
/// Tells what happened by every channel that is configured, all of them side by side and within one limit. Nothing that
/// fails here reaches the caller: it is said, and the work goes on. A problem is told when it is seen first, once a day
/// while it is seen, and when it is over.
/// </summary>
/// <param name="installation">Its name.</param>
/// <param name="documents">Where it is remembered what was told.</param>
/// <param name="clean">Takes paths of the host and secrets out of a line.</param>
/// <param name="say">Gets what could not be told, a line each.</param>
public sealed class Notifier(
    NotifyOptions options,
    string installation,
    IKeptDocuments documents,
    Func<string, string> clean,
    TimeProvider time,
    Action<string> say
) : IDisposable
{
    /// <summary>Less than a day: a run of each night tells it, although one takes less time than another.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromHours(20);

    private readonly PingChannel _ping = new(options.Ping);
    private readonly NotificationMemory<Dictionary<string, StandingProblem>> _memory = new(
        documents,
        NotificationMemory.NameOf(installation),
        NotificationJson.Default.DictionaryStringStandingProblem,
        time,
        say
    );
    private readonly SemaphoreSlim _gate = new(1);

    /// <summary>Whether there is a channel at all.</summary>
    public bool IsSet => _ping.IsSet || HasChannels;

    /// <summary>Whether messages reach anybody; a dead-man monitor takes none.</summary>
    public bool HasChannels => Channels.Count > 0;

    /// <summary>Those that are configured.</summary>
    internal IReadOnlyList<IMessageChannel> Channels { get; init; } =
    [
        .. new IMessageChannel[] { new WebhookChannel(options.Webhook), new MailChannel(options.Mail) }.Where(channel =>
            channel.IsSet
        ),
    ];

    /// <summary>For all the messages of one moment: the end of a run waits for it.</summary>
    internal TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>For telling by the other channels that one failed.</summary>
    internal TimeSpan LimitOfFaults { get; init; } = TimeSpan.FromSeconds(5);

    public NotifyOptions Options => options;

    internal string Installation => installation;

    internal IKeptDocuments Documents => documents;

    internal TimeProvider Time => time;

    internal Action<string> Say => say;

    /// <summary>Tells what was seen: problems that are new or were told a day ago, and those that are over.</summary>
    public Task<bool> ObserveAsync(params IReadOnlyList<Observation> seen) => TellAsync(new Occasion(seen));

    /// <summary>Tells of something once, whatever was told before.</summary>
    /// <returns>Whether anybody took it.</returns>
    public Task<bool> TellAsync(News news) => TellAsync(new Occasion(null, [], news));

    /// <returns>Whether each message was taken by somebody.</returns>
    internal async Task<bool> TellAsync(Occasion occasion)
    {
        var reached = new ReachedChannels();
        Task<bool> ping =
            occasion.Ping is { } signal && _ping.IsSet
                ? TryAsync(
                    token => _ping.SendAsync(signal.Signal, clean(signal.Message), token),
                    "ping",
                    reached,
                    default
                )
                : Task.FromResult(true);
        bool isTold = await TryTellAsync(occasion, Channels, Limit, reached);
        await ping;
        // What one channel did not take is told by those that took all they got.
        IMessageChannel[] others = [.. Channels.Where(channel => !reached.Failed(channel.Name))];
        await TryTellAsync(new Occasion(reached.Seen()), others, LimitOfFaults, new ReachedChannels());
        return isTold;
    }

    /// <summary>Sends a test by each channel, which has the time that it gives itself.</summary>
    /// <returns>The channels, and why one did not take it; null where it did.</returns>
    public async Task<IReadOnlyList<(string Channel, string? Fault)>> TestAsync(CancellationToken cancellationToken)
    {
        const string Text = "This is a test of the notifications; nothing is wrong.";
        Notification test = Make(
            new News(NotificationEvents.Test, Notification.Test, "a test", Text, Run: null),
            since: null
        );
        var told = new List<(string, string?)>();
        if (_ping.IsSet)
        {
            told.Add(
                (
                    "ping",
                    await FaultOfAsync(
                        token => _ping.SendAsync(PingChannel.Log, Text, token),
                        "ping",
                        cancellationToken
                    )
                )
            );
        }

        foreach (IMessageChannel channel in Channels)
        {
            told.Add(
                (
                    channel.Name,
                    await FaultOfAsync(token => channel.SendAsync(test, token), channel.Name, cancellationToken)
                )
            );
        }

        cancellationToken.ThrowIfCancellationRequested();
        return told;
    }

    public void Dispose() => _gate.Dispose();

    /// <summary>Whatever goes wrong in it is said, and stays there.</summary>
    internal async Task GuardAsync(Func<Task> tell) =>
        await TryAsync(_ => tell(), string.Empty, new ReachedChannels(), default);

    /// <returns>Whether each message was taken by one of the channels.</returns>
    private async Task<bool> TryTellAsync(
        Occasion occasion,
        IReadOnlyList<IMessageChannel> channels,
        TimeSpan time,
        ReachedChannels reached
    )
    {
        bool isTold = true;
        await GuardAsync(async () =>
        {
            isTold = false;
            isTold = await TellMessagesAsync(occasion, channels, time, reached);
        });
        return isTold;
    }

    private async Task<bool> TellMessagesAsync(
        Occasion occasion,
        IReadOnlyList<IMessageChannel> channels,
        TimeSpan time,
        ReachedChannels reached
    )
    {
        if (channels.Count == 0 || occasion is { Seen.Count: 0, News: null })
        {
            return true;
        }

        // What is told is judged by what was told before: one moment after the other.
        await _gate.WaitAsync(CancellationToken.None);
        try
        {
            // It has its own patience, which takes nothing of the time for telling.
            Dictionary<string, StandingProblem> standing = await _memory.ReadAsync(CancellationToken.None) ?? [];
            (Notification Message, Observation? Of)[] due =
            [
                .. occasion
                    // Of two who looked at the same, the first counts.
                    .Seen.DistinctBy(static seen => seen.Key)
                    .Select(seen => (Message: FindDue(seen, standing.GetValueOrDefault(seen.Key)), Of: seen))
                    .Where(seen => seen.Message is not null)
                    .Select(seen => (seen.Message!, (Observation?)seen.Of)),
                .. occasion.News is { } news
                    ? [(Make(news, since: null), null)]
                    : Array.Empty<(Notification, Observation?)>(),
            ];
            if (due.Length == 0)
            {
                return true;
            }

            using var limit = new CancellationTokenSource(time);
            bool[][] taken = await Task.WhenAll(
                channels.Select(channel =>
                    SendAllAsync(channel, [.. due.Select(one => one.Message)], reached, time, limit.Token)
                )
            );
            bool[] told = [.. due.Select((_, i) => taken.Any(channel => channel[i]))];
            if (Remember(standing, due, told))
            {
                // Beyond the limit as well: what was told must not be told again.
                await _memory.WriteAsync(standing, CancellationToken.None);
            }

            return told.All(static one => one);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>What is to be told of it now; null: nothing.</summary>
    private Notification? FindDue(Observation seen, StandingProblem? known)
    {
        bool isDue = seen.Problem is null
            ? known is not null
            : known is null || RecordedTime.IsDue(known.Told, Silence, time.GetUtcNow());
        return !isDue
            ? null
            : Make(
                seen.Problem is { } problem
                    ? new News(seen.Event, Notification.Problem, seen.Title, problem, seen.Run)
                    : new News(
                        seen.Event,
                        Notification.Over,
                        // In the words in which it was told, whoever sees its end; an older version kept none.
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"over: {known!.Title ?? seen.Title} (since {known.Since.UtcDateTime:yyyy-MM-dd HH:mm}Z)"
                        ),
                        known.Message ?? string.Empty,
                        seen.Run
                    ),
                known?.Since
            );
    }

    private bool Remember(
        Dictionary<string, StandingProblem> standing,
        (Notification Message, Observation? Of)[] due,
        bool[] told
    )
    {
        DateTimeOffset now = time.GetUtcNow();
        bool isChanged = false;
        foreach (Observation seen in due.Where((one, i) => told[i] && one.Of is not null).Select(one => one.Of!))
        {
            isChanged = true;
            if (seen.Problem is { } problem)
            {
                DateTimeOffset since = standing.GetValueOrDefault(seen.Key)?.Since ?? now;
                standing[seen.Key] = new StandingProblem(since, now, clean(problem), seen.Title);
            }
            else
            {
                standing.Remove(seen.Key);
            }
        }

        return isChanged;
    }

    /// <returns>Which it took.</returns>
    private async Task<bool[]> SendAllAsync(
        IMessageChannel channel,
        Notification[] messages,
        ReachedChannels reached,
        TimeSpan time,
        CancellationToken limit
    )
    {
        bool[] taken = new bool[messages.Length];
        for (int i = 0; i < messages.Length; i++)
        {
            if (limit.IsCancellationRequested)
            {
                say(
                    $"notify.{channel.Name}: {messages.Length - i} more notifications are not sent: the "
                        + $"{time.TotalSeconds:0.###} seconds for all of them were up"
                );
                break;
            }

            Notification message = messages[i];
            taken[i] = await TryAsync(token => channel.SendAsync(message, token), channel.Name, reached, limit, time);
        }

        return taken;
    }

    private Notification Make(News news, DateTimeOffset? since) =>
        new(
            news.Event,
            news.State,
            installation,
            $"{installation}: {news.Title}",
            news.HasLines ? string.Join('\n', news.Message.Split('\n').Select(clean)) : clean(news.Message),
            news.Run,
            time.GetUtcNow().UtcDateTime,
            since?.UtcDateTime
        );

    private async Task<bool> TryAsync(
        Func<CancellationToken, Task> send,
        string channel,
        ReachedChannels reached,
        CancellationToken cancellationToken,
        TimeSpan limit = default
    )
    {
        string? fault = await FaultOfAsync(send, channel, cancellationToken, limit);
        reached.Add(channel, fault);
        if (fault is not null)
        {
            say(fault);
        }

        return fault is null;
    }

    private static async Task<string?> FaultOfAsync(
        Func<CancellationToken, Task> send,
        string channel,
        CancellationToken cancellationToken,
        TimeSpan limit = default
    )
    {
        try
        {
            await send(cancellationToken);
            return null;
        }
        catch (AbfException e)
        {
            return e.Message;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return $"notify.{channel}: the notification was not taken within the {limit.TotalSeconds:0.###} seconds for all of them";
        }
#pragma warning disable CA1031 // Whoever cannot be told, the run has its own outcome.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return $"a notification failed: {e.GetType().Name}: {Secret.Redact(e.Message)}";
        }
    }
}
