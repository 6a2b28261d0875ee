using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Flows.Doctor;

/// <summary>
/// Alfresco keeps the file of a deleted document for long enough: the dump names it, and the files come after.
/// </summary>
internal sealed class OrphanProtectionCheck : ICheck
{
    private const string Setting = "system.content.orphanProtectDays";

    public string Id => "orphan-protection";

    public string Why => "a file that the dump names may be gone when the backup comes to it";

    /// <summary>The flow itself takes the phases again that took too long.</summary>
    public bool IsPreflight => false;

    public Task<IEnumerable<Notice>> LookAsync(Subject subject, CancellationToken cancellationToken) =>
        Task.FromResult(Look(subject));

    private IEnumerable<Notice> Look(Subject subject)
    {
        int days = subject.Installation.OrphanProtectDays;
        if (days == 0)
        {
            yield return new Notice(Id, $"{Setting} is 0", Why, "set it to 14, Alfresco's own value, or more");
        }
        else if (
            ExpectedTimes.DatabaseAndFiles(subject.Earlier) is { } expected
            && expected > TimeSpan.FromDays(days) / 2
        )
        {
            yield return new Notice(
                Id,
                $"{Setting} is {days}, and by the sets before, the files are expected to end {expected.TotalHours:0.#} "
                    + $"hours after the dump began, later than half of it",
                Why,
                $"set it to {Math.Ceiling(expected.TotalDays * 2)} or more, or raise backup.parallelism"
            );
        }
    }
}
