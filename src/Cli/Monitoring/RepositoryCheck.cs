using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Hosting.Options;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.SetChecks;

namespace AlfrescoBackupFlows.Cli.Monitoring;

/// <summary>Judges what a repository tells of an installation's sets, for a monitor.</summary>
/// <param name="alarms">Of the repository's log.</param>
internal sealed class RepositoryCheck(SetFacts facts, IReadOnlyCollection<string> alarms, DateTimeOffset now)
{
    private const int MaxNamed = 5;

    private readonly List<(MonitorState State, string Text)> _problems = [];

    /// <summary>Looks at all of it: a monitor is told everything at once.</summary>
    public CheckDocument Judge(CheckLimits limits)
    {
        foreach (string alarm in alarms)
        {
            Add(MonitorState.Critical, alarm);
        }

        JudgeSets(facts.Newest, limits.MaxAge);
        JudgeFailures();
        JudgeAge("verification", facts.Verified, limits.MaxVerifyAge);
        JudgeAge("drill", facts.Drilled, limits.MaxDrillAge);
        return Document(facts.Newest, facts.Verified, facts.Drilled);
    }

    private void JudgeSets(SetSummary? newest, TimeSpan maxAge)
    {
        if (newest is null)
        {
            Add(MonitorState.Critical, facts.Sets.Count == 0 ? "there is no set yet" : "no set is consistent");
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
            .. facts.Sets.TakeWhile(set => set != newest).Where(set => set is { Imported: false, Consistent: false }),
        ];
        if (newest is not null && newer.Length > 0)
        {
            Add(MonitorState.Warning, $"newer sets are not consistent: {Names(newer.Select(set => set.Id))}");
        }
    }

    /// <summary>Of drills the last one counts.</summary>
    private void JudgeFailures()
    {
        if (facts.Failed.Count > 0)
        {
            Add(MonitorState.Critical, $"verification FAILED for {Names(facts.Failed)}");
        }

        if (facts.Drilled is { Passed: false } drilled)
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
            facts.Sets.Count,
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

    private static string Names(IEnumerable<RunId> ids)
    {
        RunId[] all = [.. ids];
        string more = all.Length > MaxNamed ? $" and {all.Length - MaxNamed} more" : string.Empty;
        return string.Join(", ", all.Take(MaxNamed)) + more;
    }
}
