using System.Globalization;
using AlfrescoBackupFlows.Cli.Hosting;
using Microsoft.Extensions.Hosting.Systemd;

namespace AlfrescoBackupFlows.Cli.Serve;

/// <summary>What systemd is told of the server, where it runs under it with <c>Type=notify</c>; elsewhere nothing.</summary>
internal sealed class ServiceNotices(ISystemdNotifier notifier)
{
    /// <summary>It listens, and the schedules run.</summary>
    public void Ready() => notifier.Notify(ServiceState.Ready);

    public void Stopping() => notifier.Notify(ServiceState.Stopping);

    /// <summary>Until <see cref="Ready"/>.</summary>
    public void Reloading() =>
        notifier.Notify(
            new ServiceState(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"RELOADING=1\nMONOTONIC_USEC={(long)TimeSpan.FromMilliseconds(Environment.TickCount64).TotalMicroseconds}"
                )
            )
        );

    /// <summary>
    /// Says that the server lives, twice in the time that systemd waits for it, while every engine turns: one that hangs
    /// is killed and started anew, and what ran goes on.
    /// </summary>
    /// <param name="interval">Of systemd; null: it does not watch.</param>
    /// <param name="isTurning">Whether all engines were seen turning within a time.</param>
    public async Task WatchAsync(
        CommandContext context,
        TimeSpan? interval,
        Func<TimeSpan, bool> isTurning,
        CancellationToken stop
    )
    {
        if (interval is not { } limit)
        {
            return;
        }

        bool isHanging = false;
        while (true)
        {
            if (isTurning(limit))
            {
                isHanging = false;
                notifier.Notify(new ServiceState("WATCHDOG=1"));
            }
            else if (!isHanging)
            {
                isHanging = true;
                context.Messages.Error(
                    $"a run has not moved for {limit.TotalSeconds:0} seconds: the watchdog of the service is not told any more"
                );
            }

            await Task.Delay(limit / 2, context.Time, stop);
        }
    }

    /// <summary>How long systemd waits for a sign of life, where it is this process that it watches.</summary>
    /// <param name="variable">The environment.</param>
    public static TimeSpan? WatchdogInterval(Func<string, string?> variable, int processId) =>
        long.TryParse(variable("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out long microseconds)
        && microseconds > 0
        && (variable("WATCHDOG_PID") is not { } pid || pid == processId.ToString(CultureInfo.InvariantCulture))
            ? TimeSpan.FromMicroseconds(microseconds)
            : null;
}
