using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Flows.Doctor;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Scheduling;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.SetChecks;

namespace AlfrescoBackupFlows.Hosting.Notifications;

/// <summary>
/// What a host that stays looks at every hour, whichever host it is, and tells: whether the repository answers and has an
/// alarm, the age of the newest set, the room on this machine's disks, and the summary of a week where its time has come.
/// </summary>
public sealed class RepositoryLook(FlowEnvironment environment, Notifier notifier)
{
    private readonly NotificationMemory<LastSummary> _lastSummary = new(
        notifier.Documents,
        NotificationMemory.NameOf(notifier.Installation, "summary"),
        NotificationJson.Default.LastSummary,
        notifier.Time,
        notifier.Say
    );

    private NotifyOptions Options => environment.Options.Notify;

    /// <summary>Tells what it sees.</summary>
    /// <returns>Why the repository could not be looked at; null where it could.</returns>
    public async Task<string?> LookAsync(CancellationToken cancellationToken)
    {
        (IReadOnlyList<Observation> seen, string? fault) = await SeeAsync(cancellationToken);
        await notifier.ObserveAsync(seen);
        if (fault is null && Options.Summary is not null)
        {
            await TellSummaryIfDueAsync(environment.Time.GetUtcNow(), cancellationToken);
        }

        return fault;
    }

    /// <summary>What there is to tell besides how a run ended, which nothing that goes wrong here may change.</summary>
    public async Task<IReadOnlyList<Observation>> TrySeeAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<Observation> seen = [];
        await notifier.GuardAsync(async () => seen = (await SeeAsync(cancellationToken)).Seen);
        return seen;
    }

    /// <summary>What there is to tell, and why the repository could not be looked at; null where it could.</summary>
    public async Task<(IReadOnlyList<Observation> Seen, string? Fault)> SeeAsync(CancellationToken cancellationToken)
    {
        List<Observation> seen = [];
        FlowFailure? failure = null;
        SetSummary? newest = null;
        try
        {
            (IReadOnlyList<SetSummary> sets, IReadOnlyList<string> alarms) = await new InstallationSets(
                environment
            ).LookAsync(cancellationToken);
            newest = sets.FirstOrDefault(static set => !set.Imported);
            seen.Add(Storage(problem: null));
            seen.AddRange(FlowNotifications.RepositoryOf(failure: null, alarms, run: null));
            if (Options.MaxAge is { } maxAge)
            {
                seen.Add(FlowNotifications.AgeOf(sets, maxAge, environment.Time.GetUtcNow()));
            }
        }
        catch (AbfException e)
        {
            failure = FlowFailure.From(e);
            seen.AddRange(
                failure.Kind is ErrorKind.Repository
                    ? FlowNotifications.RepositoryOf(failure, alarms: null, run: null)
                    : [Storage(FlowNotifications.Line(failure))]
            );
        }

        string[] tight = [.. RoomLook.Look(environment.Options, newest)];
        seen.Add(
            new Observation(
                NotificationEvents.Space,
                "a disk is nearly full",
                tight.Length == 0 ? null : string.Join(' ', tight),
                run: null
            )
        );
        return (seen, failure?.Message);
    }

    /// <summary>What became of the last seven days.</summary>
    public async Task<WeeklySummary> SummarizeAsync(CancellationToken cancellationToken)
    {
        var sets = new InstallationSets(environment);
        (IReadOnlyList<SetSummary> own, IReadOnlyList<string> alarms) = await sets.LookAsync(cancellationToken);
        SetCheckTable checks = await sets.ReadChecksAsync(cancellationToken);
        return new WeeklySummary(
            own,
            alarms,
            InstallationSets.FindLastCheck(checks, own, SetCheckKinds.Verify),
            InstallationSets.FindLastCheck(checks, own, SetCheckKinds.Drill),
            await new ScheduleList(environment).ReadAsync(cancellationToken),
            environment.Time.GetUtcNow()
        );
    }

    /// <summary>Tells it now.</summary>
    /// <returns>Whether anybody took it.</returns>
    public Task<bool> TellAsync(WeeklySummary summary) =>
        notifier.TellAsync(
            new News(NotificationEvents.Summary, Notification.Ok, summary.Title, summary.Text(), Run: null)
            {
                HasLines = true,
            }
        );

    /// <summary>A time that was slept through is made up for once, and one that nobody took is tried again.</summary>
    private async Task TellSummaryIfDueAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        LastSummary? last = await _lastSummary.ReadAsync(cancellationToken);
        if (last is null || RecordedTime.IsInFuture(last.Time, now))
        {
            await _lastSummary.WriteAsync(new LastSummary(now), cancellationToken);
            return;
        }

        CronSchedule cron = CronSchedule.Parse(
            "notify.summary",
            Options.Summary!,
            InstallationZone.Of(environment.Options.Installation),
            environment.Time
        );
        if (
            cron.NextAfter(last.Time) is { } due
            && due <= now
            && await TellAsync(await SummarizeAsync(cancellationToken))
        )
        {
            await _lastSummary.WriteAsync(new LastSummary(now), cancellationToken);
        }
    }

    private static Observation Storage(string? problem) =>
        new(NotificationEvents.Storage, "the repository cannot be reached", problem, run: null);
}
