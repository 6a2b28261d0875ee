using AlfrescoBackupFlows.Alfresco.Content;
using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Flows.Capture;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Flows.Doctor;

/// <summary>Repository and state lie apart from what is captured.</summary>
internal sealed class OwnDirectoriesCheck : ICheck
{
    public string Id => "own-directories";

    public string Why => "every backup would hold the ones before it";

    public bool IsPreflight => true;

    public Task<IEnumerable<Notice>> LookAsync(Subject subject, CancellationToken cancellationToken)
    {
        OwnDirectories.RequireApart(subject.Options, Captured(subject.Installation));
        return Task.FromResult<IEnumerable<Notice>>([]);
    }

    /// <summary>Directories that a run captures, and what holds a captured file.</summary>
    private static IEnumerable<ContentRoot> Captured(Installation installation)
    {
        IEnumerable<ContentRoot> roots = installation.Roots.Concat(
            installation
                .Configuration.Where(file => GivenPath.IsDirectory(file.Path))
                .Select(file => new ContentRoot(ContentRoot.Configuration, file.Path, file.Setting))
        );
        return installation.Index is { } copy
            ? roots.Append(new ContentRoot(ContentRoots.Index, copy.Path, "the index backup"))
            : roots;
    }
}
