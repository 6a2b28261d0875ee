using AlfrescoBackupFlows.Flows.Capture;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Flows.Doctor;

/// <summary>The list of acknowledged files can be read.</summary>
internal sealed class AcknowledgedFilesCheck : ICheck
{
    public string Id => "acknowledged-files";

    public string Why => "what was acknowledged would be a finding again";

    public bool IsPreflight => true;

    public Task<IEnumerable<Notice>> LookAsync(Subject subject, CancellationToken cancellationToken)
    {
        AcknowledgedFiles.Read(subject.Options, subject.Installation);
        return Task.FromResult<IEnumerable<Notice>>([]);
    }
}
