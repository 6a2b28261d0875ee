using AlfrescoBackupFlows.Alfresco.Content;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Flows.Doctor;

/// <summary>The content stores are there, can be read, and are not empty.</summary>
internal sealed class ContentRootsCheck : ICheck
{
    public string Id => "content-root";

    public string Why => "the documents cannot be captured";

    public bool IsPreflight => true;

    public Task<IEnumerable<Notice>> LookAsync(Subject subject, CancellationToken cancellationToken)
    {
        subject.Installation.CheckRoots(subject.AcceptContentLoss);
        foreach (ContentRoot root in subject.Installation.Roots)
        {
            subject.OpenRoot(root).Dispose();
        }

        return Task.FromResult<IEnumerable<Notice>>([]);
    }
}
