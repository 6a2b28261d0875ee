using System.Globalization;
using System.Text;
using AlfrescoBackupFlows.Flows.Scheduling;
using AlfrescoBackupFlows.Hosting.Options;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.SetChecks;

namespace AlfrescoBackupFlows.Hosting.Notifications;

/// <summary>What became of the last seven days, as a few lines for a person.</summary>
/// <param name="sets">Those of the installation, newest first.</param>
/// <param name="alarms">Of the repository's log.</param>
/// <param name="verified">The last verification; null: none is recorded, as of <paramref name="drilled"/>.</param>
public sealed class WeeklySummary(
    IReadOnlyList<SetSummary> sets,
    IReadOnlyCollection<string> alarms,
    SetCheck? verified,
    SetCheck? drilled,
    IReadOnlyList<ScheduledWork> schedule,
    DateTimeOffset now
)
{
    private static readonly TimeSpan Week = TimeSpan.FromDays(7);

    /// <summary>Imported sets are no backups.</summary>
    private readonly SetSummary[] _week =
    [
        .. sets.Where(set => !set.Imported && set.Sealed > now - Week && set.Sealed <= now),
    ];

    /// <summary>One short line.</summary>
    public string Title
    {
        get
        {
            int good = _week.Count(static set => set.Consistent);
            string state =
                alarms.Count > 0 ? "the repository has an alarm"
                : _week.Length == 0 ? "NO set in the last 7 days"
                : good < _week.Length ? $"{_week.Length} sets in the last 7 days, {_week.Length - good} NOT consistent"
                : $"{Amounts.Count(_week.Length, "consistent set")} in the last 7 days";
            return $"summary: {state}";
        }
    }

    public string Text()
    {
        var text = new StringBuilder();
        Line(
            $"Sets of the last 7 days: {_week.Length}, {_week.Count(static set => set.Consistent)} of them consistent."
        );
        SetSummary? newest = sets.FirstOrDefault(static set => set is { Consistent: true, Imported: false });
        Line(
            newest is null
                ? "There is no consistent set."
                : $"Newest consistent set: {newest.Id}, sealed {Time(newest.Sealed)}, {Age(newest.Sealed)} ago."
        );
        SetSummary[] odd = [.. _week.Where(static set => !set.Consistent || set.Missing > 0)];
        Line(
            odd.Length == 0
                ? "Findings: none."
                : $"Findings: {string.Join("; ", odd.Select(set => $"set {set.Id}: {FindingsOf(set)}"))}."
        );
        Line(Growth());
        Line($"Last verification: {Write(verified)}.");
        Line($"Last drill: {Write(drilled)}.");
        Line(
            schedule.Count == 0
                ? "Next: nothing is scheduled here."
                : $"Next: {string.Join(", ", schedule.Select(work => $"{work.Name} {NextOf(work)}"))}."
        );
        foreach (string alarm in alarms)
        {
            Line($"ALARM: {alarm}");
        }

        return text.ToString().TrimEnd('\n');

        void Line(string line) => text.Append(line.ReplaceLineEndings(" ")).Append('\n');
    }

    private static string FindingsOf(SetSummary set) =>
        set.Unproven ? "whether its files fit the database is not known"
        : set.Missing > 0
            ? $"{Amounts.Count(set.Missing, "required file")} missing{(set.Consistent ? ", acknowledged" : string.Empty)}"
        : "not consistent";

    private string Growth()
    {
        if (_week.Length == 0)
        {
            return "Growth: none.";
        }

        long stored = _week.Sum(static set => set.AddedBytes);
        SetSummary newest = _week[0];
        SetSummary? before = sets.FirstOrDefault(set => !set.Imported && set.Sealed <= now - Week);
        string grown = before is null
            ? string.Empty
            : $"; {Signed(newest.Files - before.Files)} files, {Signed(newest.Bytes - before.Bytes)} bytes since a week ago";
        return $"Growth: {Amounts.Bytes(stored)} stored by these sets; the newest has {Amounts.Count(newest.Files, "file")}, "
            + $"{Amounts.Bytes(newest.Bytes)}{grown}.";
    }

    private static string Write(SetCheck? found)
    {
        if (found is not { } check)
        {
            return "none is recorded";
        }

        string depth = check.Depth is { } deep ? $"{deep}, " : string.Empty;
        string outcome = check.Passed ? "passed" : $"FAILED with {Amounts.Count(check.Errors, "error")}";
        return $"{depth}{Time(check.Ended)}, {outcome} (set {check.Set})";
    }

    private string NextOf(ScheduledWork work) =>
        work.Next is { } next
            ? next <= now
                ? "is due"
                : Time(next)
            : $"not known ({work.Note})";

    private string Age(DateTimeOffset time) =>
        time > now ? "0s" : Duration.Format(TimeSpan.FromMinutes((long)(now - time).TotalMinutes));

    private static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);

    private static string Signed(long number) => number.ToString("+#,0;-#,0;0", CultureInfo.InvariantCulture);
}

/// <param name="Time">When it was due and told last, or began to count.</param>
internal sealed record LastSummary(DateTimeOffset Time);
