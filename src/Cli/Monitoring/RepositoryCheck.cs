using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Flows.Verify.Records;
using AlfrescoBackupFlows.Hosting.Options;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.SetChecks;

namespace AlfrescoBackupFlows.Cli.Monitoring;

/// <summary>Judges what a repository tells of an installation's sets, for a monitor.</summary>
/// <param name="sets">Those of the installation, newest first.</param>
/// <param name="alarms">Of the repository's log.</param>
/// <param name="checks">In the order in which they were recorded; those of other sets do not count.</param>
internal sealed class RepositoryCheck(
    IReadOnlyList<SetSummary> sets,
    IReadOnlyCollection<string> alarms,
    IReadOnlyList<SetCheck> checks,
    DateTimeOffset now
)
{
    private const int MaxNamed = 5;

    private readonly List<(MonitorState State, string Text)> _problems = [];

    /// <summary>Looks at all of it: a monitor is told everything at once.</summary>
    public CheckDocument Judge(CheckLimits limits)
    {
        // A set that was imported says nothing of the backups of this installation.
        SetSummary? newest = sets.FirstOrDefault(set => set is { Consistent: true, Imported: false });
        HashSet<RunId> own = [.. sets.Select(set => set.Id)];
        HashSet<RunId> backups = [.. sets.Where(set => newest is null || !set.Imported).Select(set => set.Id)];
        SetCheck[] ofSets = [.. checks.Where(check => own.Contains(check.Set))];
        SetCheck? verified = Last(SetCheckKinds.Verify);
        SetCheck? drilled = Last(SetCheckKinds.Drill);

        foreach (string alarm in alarms)
        {
            Add(MonitorState.Critical, alarm);
        }

        JudgeSets(newest, limits.MaxAge);
        JudgeFailures([.. ofSets.Where(check => check.Kind == SetCheckKinds.Verify)], drilled);
        JudgeAge("verification", verified, limits.MaxVerifyAge);
        JudgeAge("drill", drilled, limits.MaxDrillAge);
        return Document(newest, verified, drilled);

        SetCheck? Last(string kind) => ofSets.LastOrDefault(check => check.Kind == kind && backups.Contains(check.Set));
    }

    private void JudgeSets(SetSummary? newest, TimeSpan maxAge)
    {
        if (newest is null)
        {
            Add(MonitorState.Critical, sets.Count == 0 ? "there is no set yet" : "no set is consistent");
        }
        else if (RecordedTime.IsInFuture(newest.Sealed, now))
        {
            Add(
                MonitorState.Critical,
                $"set {newest.Id} was sealed at {Units.Time(newest.Sealed.UtcDateTime)}, which is in the future: how old "
                    + "it is nobody knows, correct the clock"
            );
        }
        else if (now - newest.Sealed > maxAge)
        {
            Add(
                MonitorState.Critical,
                $"the newest consistent set {newest.Id} is {Ago(newest.Sealed)} old, more than {Duration.Format(maxAge)}"
            );
        }

        SetSummary[] newer =
        [
            .. sets.TakeWhile(set => set != newest).Where(set => set is { Imported: false, Consistent: false }),
        ];
        if (newest is not null && newer.Length > 0)
        {
            Add(MonitorState.Warning, $"newer sets are not consistent: {Names(newer.Select(set => set.Id))}");
        }
    }

    /// <summary>A failure stands until a check that looks as far passes; of drills the last one counts.</summary>
    private void JudgeFailures(SetCheck[] verifications, SetCheck? drilled)
    {
        RunId[] failed =
        [
            .. verifications
                .Index()
                .Where(check =>
                    !check.Item.Passed
                    && !verifications
                        .Skip(check.Index + 1)
                        .Any(later =>
                            later.Set == check.Item.Set && later.Passed && Depth(later.Depth) >= Depth(check.Item.Depth)
                        )
                )
                .Select(check => check.Item.Set)
                .Distinct(),
        ];
        if (failed.Length > 0)
        {
            Add(MonitorState.Critical, $"verification FAILED for {Names(failed)}");
        }

        if (drilled is { Passed: false })
        {
            Add(MonitorState.Critical, $"the last drill FAILED: set {drilled.Set}");
        }
    }

    private void JudgeAge(string kind, SetCheck? last, TimeSpan? max)
    {
        if (max is not { } limit)
        {
            return;
        }

        if (last is null)
        {
            Add(MonitorState.Warning, $"no {kind} is recorded");
        }
        else if (RecordedTime.IsDue(last.Ended, limit, now))
        {
            Add(
                MonitorState.Warning,
                RecordedTime.IsInFuture(last.Ended, now)
                    ? $"the last {kind} is of {Units.Time(last.Ended.UtcDateTime)}, which is in the future"
                    : $"the last {kind} was {Ago(last.Ended)} ago, more than {Duration.Format(limit)}"
            );
        }
    }

    private CheckDocument Document(SetSummary? newest, SetCheck? verified, SetCheck? drilled)
    {
        MonitorState state = _problems.Select(problem => problem.State).DefaultIfEmpty(MonitorState.Ok).Max();
        return new CheckDocument(
            MonitorStates.Word(state),
            (int)state,
            [.. _problems.OrderByDescending(problem => problem.State).Select(problem => problem.Text)],
            newest?.Id.ToString(),
            newest?.Sealed.UtcDateTime,
            Age(newest?.Sealed),
            sets.Count,
            verified?.Ended.UtcDateTime,
            Age(verified?.Ended),
            drilled?.Ended.UtcDateTime,
            Age(drilled?.Ended)
        );
    }

    private void Add(MonitorState state, string text) => _problems.Add((state, text));

    private double? Age(DateTimeOffset? time) =>
        time is { } at ? Math.Round(Math.Max(0, (now - at).TotalSeconds)) : null;

    private string Ago(DateTimeOffset time) => Units.Duration(now - time);

    private static int Depth(string? depth) =>
        depth switch
        {
            VerifyDepths.Data => 2,
            VerifyDepths.Sample => 1,
            _ => 0,
        };

    private static string Names(IEnumerable<RunId> ids)
    {
        RunId[] all = [.. ids];
        string more = all.Length > MaxNamed ? $" and {all.Length - MaxNamed} more" : string.Empty;
        return string.Join(", ", all.Take(MaxNamed)) + more;
    }
}
