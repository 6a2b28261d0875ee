using AlfrescoBackupFlows.Alfresco.Content;
using AlfrescoBackupFlows.Flows.Capture;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Flows.Doctor;

/// <summary>The files of Alfresco's configuration can be read.</summary>
internal sealed class ConfigurationFilesCheck : ICheck
{
    public string Id => "configuration-file";

    public string Why => "a restored installation would lack its configuration, or the keys of its content";

    public bool IsPreflight => true;

    public Task<IEnumerable<Notice>> LookAsync(Subject subject, CancellationToken cancellationToken)
    {
        var notes = new CaptureNotes(ContentRoot.Configuration);
        ConfigurationTree.Read(subject.Installation.Configuration, notes).Dispose();
        return Task.FromResult<IEnumerable<Notice>>([]);
    }
}
