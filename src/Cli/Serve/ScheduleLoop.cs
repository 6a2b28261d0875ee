using AlfrescoBackupFlows.Api;
using AlfrescoBackupFlows.Cli.Commands;
using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Hosting.Notifications;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Cli.Serve;

/// <summary>
/// What the server does by itself under one configuration: backups when their time comes; and every hour a look at the
/// repository, of which is told, and the start of a verification or a drill that is due. What goes wrong is said, and the
/// next look is another try.
/// </summary>
/// <param name="memory">Of the server: what the loop of the configuration before hands on.</param>
internal sealed class ScheduleLoop(
    CommandContext context,
    ServedConfiguration served,
    ServedFlows flows,
    ServerMemory memory
)
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    /// <summary>While the repository cannot be reached: its return must not be noticed an hour later.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromMinutes(5);

    private readonly RepositoryLook _look = new(served.Environment.Flows, context.Notifier);

    private bool _hasLooked;

    /// <summary>Until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken stop) =>
        await Task.WhenAll(RunScheduleAsync(stop), LookEveryHourAsync(stop));

    private async Task RunScheduleAsync(CancellationToken stop)
    {
        if (served.Schedule is { } schedule)
        {
            await schedule.RunAsync(FireAsync, stop, memory.SeenUntil, seen => memory.SeenUntil = seen);
        }
        else
        {
            // One that comes later counts from then on.
            memory.SeenUntil = null;
        }
    }

    private async Task FireAsync() =>
        memory.IsBackupOwed = await ServeCommand.FireAsync(context, served.Api, flows) is { Kind: ErrorKind.Storage };

    private async Task LookEveryHourAsync(CancellationToken stop)
    {
        while (true)
        {
            bool isReached = await LookAsync(stop);
            await Task.Delay(isReached ? Hour : Soon, context.Time, stop);
        }
    }

    /// <returns>Whether the repository could be reached.</returns>
    internal async Task<bool> LookAsync(CancellationToken stop)
    {
        string? fault = null;
        bool isReached = await TryAsync(
            "the repository could not be looked at",
            async () => fault = await _look.LookAsync(stop),
            stop
        );
        if (fault is not null)
        {
            context.Messages.Error($"the repository could not be looked at: {fault}");
            return false;
        }

        if (isReached && !flows.Interrupted.IsResumed)
        {
            await TryAsync("an unfinished run cannot go on", () => flows.Interrupted.TryResumeAllAsync(stop), stop);
        }

        if (isReached && memory.IsBackupOwed && served.Schedule is not null)
        {
            await FireAsync();
        }

        foreach (DueStart check in await served.Api.StartDueAsync(flows, stop))
        {
            if (check.Fault is { } why)
            {
                Say($"{check.Setting}: nothing could be started", why);
                await context.Notifications.NotStartedAsync(
                    check.Flow,
                    FlowFailure.From(why),
                    served.Options.Verify.Depth
                );
            }
            else if (check.Id is null && !_hasLooked)
            {
                context.Messages.Note($"{check.Setting}: nothing begins now; this is looked at every hour");
            }
        }

        _hasLooked = true;

        return isReached;
    }

    /// <param name="failed">How a message about a failure begins: the setting, and what could not be done.</param>
    /// <returns>Whether it went well.</returns>
    private async Task<bool> TryAsync(string failed, Func<Task> work, CancellationToken stop)
    {
        try
        {
            await work();
            return true;
        }
#pragma warning disable CA1031 // The server goes on, whatever one look came to.
        catch (Exception e) when (e is AbfException || !stop.IsCancellationRequested)
#pragma warning restore CA1031
        {
            Say(failed, e);
            return false;
        }
    }

    private void Say(string failed, Exception why) =>
        context.Messages.Error(
            why is AbfException
                ? $"{failed}: {why.Message}"
                : $"{failed}: {Secret.Redact(why.Message)}; details: {ErrorReport.Write(why, context)}"
        );
}
