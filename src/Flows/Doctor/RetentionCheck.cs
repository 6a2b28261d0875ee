using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Retention.Records;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Flows.Doctor;

/// <summary>Where there are rules to keep sets by, they keep some.</summary>
internal sealed class RetentionCheck : ICheck
{
    public string Id => "retention-keeps-nothing";

    public string Why => "rules that keep no set are no rules: nothing is forgotten by itself, and the storage grows";

    public bool IsPreflight => false;

    public Task<IEnumerable<Notice>> LookAsync(Subject subject, CancellationToken cancellationToken) =>
        Task.FromResult(Look(subject.Options.Retention));

    private IEnumerable<Notice> Look(RetentionOptions retention)
    {
        KeepRules rules = KeepRules.Of(retention);
        int?[] counts = [rules.Last, rules.Daily, rules.Weekly, rules.Monthly, rules.Yearly];
        if (rules.IsEmpty && counts.Any(static count => count is not null))
        {
            yield return new Notice(
                Id,
                "retention: every keep rule that is given is 0",
                Why,
                "write how many sets to keep, such as \"keepDaily\": 14, or leave the section out"
            );
        }
        else if (rules.Within == TimeSpan.Zero && (rules with { Within = null }).IsEmpty)
        {
            yield return new Notice(
                Id,
                "retention.keepWithin is 0, and it is the only rule",
                "only the newest set is kept, and what it lacks is gone",
                "write how many sets to keep, such as \"keepDaily\": 14, or a longer time"
            );
        }
    }
}
