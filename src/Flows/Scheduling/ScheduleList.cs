using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Flows.Mirroring.Activities;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Retention.Activities;
using AlfrescoBackupFlows.Flows.Retention.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.SetChecks;

namespace AlfrescoBackupFlows.Flows.Scheduling;

/// <summary>
/// Everything that the configuration has a host do by itself, with the next time of each. What stands in a repository
/// that cannot be reached is not known, and the rest is told. Reads only; thread-safe.
/// </summary>
public sealed class ScheduleList(FlowEnvironment environment)
{
    private const string AfterBackup = "after each backup";

    private BackupOptions Options => environment.Options;

    /// <returns>In the order backup, what follows it, checks, summary.</returns>
    public async Task<IReadOnlyList<ScheduledWork>> ReadAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset now = environment.Time.GetUtcNow();
        List<ScheduledWork> list = [];
        TimeZoneInfo zone = InstallationZone.Of(Options.Installation);
        DateTimeOffset? backup = NextOf("schedule", Options.Schedule, zone, now);
        Known<SetSummary[]> sets = await LookAsync(ReadSetsAsync);
        Known<SetCheckTable> checks = await LookAsync(new InstallationSets(environment).ReadChecksAsync);

        async Task<Known<T>> LookAsync<T>(Func<CancellationToken, Task<T>> read)
        {
            try
            {
                return new Known<T>(await read(cancellationToken), null);
            }
            catch (AbfException e)
            {
                return new Known<T>(default, e.Message);
            }
        }

        if (Options.Schedule is { } cron)
        {
            DateTimeOffset? last = sets.Value?.FirstOrDefault(static set => !set.Imported)?.Sealed;
            list.Add(new ScheduledWork("backup", "schedule", cron, last, backup, sets.Fault));
        }

        if (!KeepRules.Of(Options.Retention).IsEmpty)
        {
            list.Add(After("forget", "retention", AfterBackup, null, TimeSpan.Zero, null));
            Known<DateTimeOffset?> last = await LookAsync(new Pruning(environment).FindLastAsync);
            TimeSpan every = Options.Retention.PruneEvery;
            list.Add(After("prune", "retention.pruneEvery", WhenOf(every), last.Value, every, last.Fault));
        }

        foreach ((int number, MirrorTargetOptions target) in Options.Mirror.Index())
        {
            var mirroring = new Mirroring.Activities.Mirroring(environment);
            Known<DateTimeOffset?> last = await LookAsync(token => mirroring.FindLastAsync(target, token));
            list.Add(
                After(
                    $"mirror.{number}",
                    $"mirror.{number}.every",
                    WhenOf(target.Every),
                    last.Value,
                    target.Every,
                    last.Fault
                )
            );
        }

        AddCheck("verify", Options.Verify.Every, SetCheckKinds.Verify, Options.Verify.Depth);
        AddCheck("drill", Options.Drill.Every, SetCheckKinds.Drill, depth: null);
        if (Options.Notify.Summary is { } summary)
        {
            DateTimeOffset? next = NextOf("notify.summary", summary, zone, now);
            list.Add(new ScheduledWork("summary", "notify.summary", summary, null, next, null));
        }

        return list;

        ScheduledWork After(
            string name,
            string setting,
            string when,
            DateTimeOffset? last,
            TimeSpan every,
            string? fault
        )
        {
            // It follows the first backup from the time on at which it is due.
            DateTimeOffset due = last is { } ended && ended + every > now ? ended + every : now;
            DateTimeOffset? next = fault is null ? NextOf("schedule", Options.Schedule, zone, due) : null;
            string? note =
                fault is not null ? fault
                : next is null ? "with the next backup; schedule does not say when that is"
                : null;
            return new ScheduledWork(name, setting, when, last, next, note);
        }

        void AddCheck(string name, TimeSpan? interval, string kind, string? depth)
        {
            if (interval is not { } every)
            {
                return;
            }

            string? fault = sets.Fault ?? checks.Fault;
            bool hasSets = sets.Value is { Length: > 0 };
            DateTimeOffset? last =
                hasSets && checks.Value is { } table
                    ? InstallationSets.FindLastCheck(table, sets.Value!, kind, depth)?.Ended
                    : null;
            list.Add(
                new ScheduledWork(
                    name,
                    $"{name}.every",
                    DurationText.Format(every),
                    last,
                    fault is not null || !hasSets ? null
                        : last is { } ended && ended + every > now ? ended + every
                        : now,
                    fault ?? (hasSets ? null : "there is no set yet")
                )
            );
        }
    }

    private static string WhenOf(TimeSpan every) =>
        every == TimeSpan.Zero ? AfterBackup : $"{DurationText.Format(every)}, after a backup";

    private DateTimeOffset? NextOf(string setting, string? cron, TimeZoneInfo zone, DateTimeOffset after) =>
        cron is null ? null : CronSchedule.Parse(setting, cron, zone, environment.Time).NextAfter(after);

    private async Task<SetSummary[]> ReadSetsAsync(CancellationToken cancellationToken) =>
        [.. await new InstallationSets(environment).ListAsync(cancellationToken)];

    /// <param name="Fault">Why it is not known; null: it is.</param>
    private sealed record Known<T>(T? Value, string? Fault);
}
