using AlfrescoBackupFlows.Alfresco.Content;
using AlfrescoBackupFlows.Flows.Capture;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Doctor;

/// <summary>
/// A whole root that the set before has: its volume may be unmounted. Of the cleaner's directory it is only said;
/// administrators empty that one.
/// </summary>
internal sealed class GoneRootsCheck : ICheck
{
    public string Id => "content-root-gone";

    public string Why => "what the set before has of it would not be in the next one";

    public bool IsPreflight => true;

    public Task<IEnumerable<Notice>> LookAsync(Subject subject, CancellationToken cancellationToken) =>
        Task.FromResult(Look(subject));

    private IEnumerable<Notice> Look(Subject subject)
    {
        IEnumerable<RootStamp> before =
            subject.Last?.Roots.Where(root => root.Class == ChunkClass.Content && root.Files > 0) ?? [];
        string[] names = [.. ContentRoots.Of(subject.Installation).Select(root => root.Name)];
        foreach (RootStamp gone in before.Where(root => !names.Contains(root.Name)))
        {
            string what =
                $"The content root '{gone.Name}' ('{gone.Path}', {gone.Files} files in the set before) is not there";
            bool isAccepted =
                subject.AcceptContentLoss || gone.Name is ContentRoot.Deleted or ContentRoot.Configuration;
            yield return isAccepted
                ? Notice.OfLine(Id, $"{what}: it is not in this set.", Why)
                : throw new PermanentException(
                    ErrorKind.Source,
                    $"{what}. Is its volume mounted? If this is right, run the backup with --accept-content-loss."
                );
        }
    }
}
