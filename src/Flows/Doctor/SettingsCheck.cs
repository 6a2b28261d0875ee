using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Flows.Doctor;

/// <summary>What was noticed when the settings and Alfresco's properties were read.</summary>
internal sealed class SettingsCheck : ICheck
{
    public string Id => "configuration";

    public string Why => "no backup can be taken";

    public bool IsPreflight => true;

    public Task<IEnumerable<Notice>> LookAsync(Subject subject, CancellationToken cancellationToken) =>
        Task.FromResult<IEnumerable<Notice>>([
            .. subject.Installation.Notices,
            .. subject.Loaded.Warnings.Select(static line =>
                Notice.OfLine("secret-readable", line, "whoever can log in here can read or delete the sets")
            ),
        ]);
}
