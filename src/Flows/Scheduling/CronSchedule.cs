using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using Cronos;

namespace AlfrescoBackupFlows.Flows.Scheduling;

/// <summary>When a host that stays does something by itself: a cron expression in the installation's zone.</summary>
public sealed class CronSchedule
{
    /// <summary>The clock is looked at again this often: a machine may sleep, and clocks are set.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromMinutes(1);

    /// <summary>Put back by less, a clock reaches the same occurrence again, which has had its backup.</summary>
    private static readonly TimeSpan PutBack = TimeSpan.FromHours(1);

    private readonly CronExpression _cron;
    private readonly TimeZoneInfo _zone;
    private readonly TimeProvider _time;

    private CronSchedule(CronExpression cron, TimeZoneInfo zone, TimeProvider time) =>
        (_cron, _zone, _time) = (cron, zone, time);

    /// <param name="setting">The setting that holds it.</param>
    /// <exception cref="PermanentException">Configuration: no cron expression.</exception>
    public static CronSchedule Parse(string setting, string text, TimeZoneInfo zone, TimeProvider time)
    {
        CronFormat format =
            text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length == 6
                ? CronFormat.IncludeSeconds
                : CronFormat.Standard;
        return CronExpression.TryParse(text, format, out CronExpression? cron)
            ? new CronSchedule(cron, zone, time)
            : throw new PermanentException(
                ErrorKind.Configuration,
                $"{setting} '{PlainText.Escape(text)}' does not fit: write five fields such as 30 3 * * *, or six with seconds first"
            )
            {
                Ids = ["configuration"],
            };
    }

    public DateTimeOffset? NextAfter(DateTimeOffset moment) => _cron.GetNextOccurrence(moment, _zone);

    /// <summary>
    /// Calls <paramref name="fire"/> at every occurrence until it is cancelled; several that were slept through are
    /// one. Where the clock was ahead and is put right, the occurrences count from there.
    /// </summary>
    /// <param name="since">Occurrences after this count, because somebody saw those before; null: those from now
    /// on.</param>
    /// <param name="saw">Gets the moment up to which all occurrences had their call, whenever it moves.</param>
    public async Task RunAsync(
        Func<Task> fire,
        CancellationToken cancellationToken,
        DateTimeOffset? since = null,
        Action<DateTimeOffset>? saw = null
    )
    {
        DateTimeOffset seen = since ?? _time.GetUtcNow();
        while (NextAfter(seen) is { } next)
        {
            DateTimeOffset now = _time.GetUtcNow();
            if (now >= next)
            {
                seen = now;
                saw?.Invoke(seen);
                await fire();
            }
            else if (seen - now > PutBack)
            {
                seen = now;
                saw?.Invoke(seen);
            }
            else
            {
                seen = now > seen ? now : seen;
                saw?.Invoke(seen);
                await Task.Delay(next - now < Look ? next - now : Look, _time, cancellationToken);
            }
        }
    }
}
