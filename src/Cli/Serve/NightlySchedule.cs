using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using Cronos;

namespace AlfrescoBackupFlows.Cli.Serve;

/// <summary>When the server takes a backup by itself.</summary>
internal sealed class NightlySchedule(CronExpression cron, TimeZoneInfo zone, TimeProvider time)
{
    /// <summary>The clock is looked at again this often: a machine may sleep, and clocks are set.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromMinutes(1);

    /// <summary>Put back by less, a clock reaches the same occurrence again, which has had its backup.</summary>
    private static readonly TimeSpan PutBack = TimeSpan.FromHours(1);

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
                $"schedule '{PlainText.Escape(text)}' does not fit: write five fields such as 30 3 * * *, or six with seconds first"
            );
    }

    public DateTimeOffset? NextAfter(DateTimeOffset moment) => cron.GetNextOccurrence(moment, zone);

    /// <summary>
    /// Calls <paramref name="fire"/> at every occurrence until it is cancelled; several that were slept through are
    /// one. Where the clock was ahead and is put right, the occurrences count from there.
    /// </summary>
    public async Task RunAsync(Func<Task> fire, CancellationToken cancellationToken)
    {
        DateTimeOffset seen = time.GetUtcNow();
        while (NextAfter(seen) is { } next)
        {
            DateTimeOffset now = time.GetUtcNow();
            if (now >= next)
            {
                seen = now;
                await fire();
            }
            else if (seen - now > PutBack)
            {
                seen = now;
            }
            else
            {
                await Task.Delay(next - now < Look ? next - now : Look, time, cancellationToken);
            }
        }
    }
}
