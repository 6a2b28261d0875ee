using System.Globalization;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.SetChecks;

namespace AlfrescoBackupFlows.Flows.Doctor;

/// <summary>A restore was rehearsed not long ago, and went well.</summary>
internal sealed class DrillsCheck : ICheck
{
    /// <summary>Where <c>drill.every</c> says nothing.</summary>
    private static readonly TimeSpan Usual = TimeSpan.FromDays(90);

    public string Id => "no-drill";

    public string Why => "that sets restore, and how long that takes, is known only from a restore";

    public bool IsPreflight => false;

    public async Task<IEnumerable<Notice>> LookAsync(Subject subject, CancellationToken cancellationToken)
    {
        if (subject.Environment is not { } environment)
        {
            return [];
        }

        BackupRepository repository = await environment.Repository.OpenAsync(cancellationToken);
        LogHead head = await repository.Log.ReadRecentAsync(TimeSpan.MaxValue, cancellationToken);
        SetSummary[] sets = [.. InstallationSets.Of(head, subject.Options.Installation.Name)];
        SetCheckTable checks = await repository.SetChecks.ReadAsync(cancellationToken);
        SetCheck? last = InstallationSets.FindLastCheck(checks, sets, SetCheckKinds.Drill);
        return Look(sets, last, subject);
    }

    private IEnumerable<Notice> Look(SetSummary[] sets, SetCheck? last, Subject subject)
    {
        // One that was late once is no finding yet.
        TimeSpan limit = subject.Options.Drill.Every is { } every ? 2 * every : Usual;
        DateTimeOffset now = subject.Time.GetUtcNow();
        if (last is { Passed: false })
        {
            yield return new Notice(
                "drill-failed",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"the last drill, of set {last.Set} on {last.Ended.UtcDateTime:yyyy-MM-dd}, failed: {last.Findings.FirstOrDefault() ?? "see abf show"}"
                ),
                "a restore of that set would lack it",
                $"look at 'abf show {last.Set}', correct that, and rehearse again with 'abf drill'"
            );
        }

        // An imported set was sealed long before it came here.
        DateTimeOffset? since = last?.Ended ?? sets.LastOrDefault(static set => !set.Imported)?.Sealed;
        if (since is { } began && RecordedTime.IsDue(began, limit, now))
        {
            string days = string.Create(CultureInfo.InvariantCulture, $"{limit.TotalDays:0.#} days");
            yield return new Notice(
                Id,
                last is null
                    ? $"there have been sets for {days}, and no drill"
                    : $"the last drill is more than {days} ago",
                Why,
                "rehearse a restore with 'abf drill', or let drill.every do it (docs/drill.md)"
            );
        }
    }
}
