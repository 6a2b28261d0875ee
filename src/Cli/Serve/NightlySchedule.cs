using AlfrescoBackupFlows.Platform.Errors;
using Cronos;

namespace AlfrescoBackupFlows.Cli.Serve;

/// <summary>When the server takes a backup by itself.</summary>
internal sealed class NightlySchedule(CronExpression cron, TimeZoneInfo zone, TimeProvider time)
{
    /// <summary>The clock is looked at again this often: a machine may sleep, and clocks are set.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromMinutes(1);

    /// <exception cref="PermanentException">Configuration: no cron expression.</exception>
    public static NightlySchedule Parse(string text, TimeZoneInfo zone, TimeProvider time)
    {
        CronFormat format =
            text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length == 6
                ? CronFormat.IncludeSeconds
                : CronFormat.Standard;
        return CronExpression.TryParse(text, format, out CronExpression? cron)
            ? new NightlySchedule(cron, zone, time)
            : throw new PermanentException(
                ErrorKind.Configuration,
                $"schedule '{text}' does not fit: write five fields such as 30 3 * * *, or six with seconds first"
            );
    }

    public DateTimeOffset? NextAfter(DateTimeOffset moment) => cron.GetNextOccurrence(moment, zone);

    /// <summary>
    /// Calls <paramref name="fire"/> at every occurrence until it is cancelled; several that were slept through are
    /// one.
    /// </summary>
    public async Task RunAsync(Func<Task> fire, CancellationToken cancellationToken)
    {
        while (NextAfter(time.GetUtcNow()) is { } next)
        {
            while (next - time.GetUtcNow() is { Ticks: > 0 } left)
            {
                await Task.Delay(left < Look ? left : Look, time, cancellationToken);
            }

            await fire();
        }
    }
}
