using AlfrescoBackupFlows.Alfresco.Content;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Storage.Directories;

namespace AlfrescoBackupFlows.Flows.Runtime;

/// <summary>
/// The directories that a backup writes itself. Within what it captures they would go into every set and grow with
/// each; what is restored into them would be taken for a part of the repository.
/// </summary>
internal static class OwnDirectories
{
    /// <exception cref="PermanentException">
    /// Configuration: one of them holds a captured directory, or lies within it.
    /// </exception>
    public static void RequireApart(BackupOptions options, IEnumerable<ContentRoot> captured)
    {
        foreach (ContentRoot root in captured)
        {
            foreach (
                (string setting, string path) in Of(options)
                    .Where(own => root.Holds(own.Path) || ContentRoot.Holds(own.Path, root.Path))
            )
            {
                throw new PermanentException(
                    ErrorKind.Configuration,
                    $"{setting} '{path}' and {root.Setting} '{root.Path}' lie in one another: the backup would "
                        + "capture its own files; name a directory outside of the installation's"
                );
            }
        }
    }

    /// <exception cref="PermanentException">Target.</exception>
    public static void RequireApart(BackupOptions options, string target)
    {
        foreach (
            (string setting, string path) in Of(options)
                .Where(own => ContentRoot.Holds(own.Path, target) || ContentRoot.Holds(target, own.Path))
        )
        {
            throw new PermanentException(
                ErrorKind.Target,
                $"--target '{target}' and {setting} '{path}' lie in one another; name another directory"
            );
        }
    }

    private static IEnumerable<(string Setting, string Path)> Of(BackupOptions options)
    {
        (string Setting, string? Path)[] all =
        [
            ("repository.url", PathOf(options.Repository.Url)),
            ("repository.controlUrl", PathOf(options.Repository.ControlUrl)),
            ("state", options.State),
        ];
        return all.Where(own => own.Path is not null).Select(own => (own.Setting, own.Path!));
    }

    /// <summary>Null where it names no directory.</summary>
    private static string? PathOf(string? url) => url is null ? null : DirectoryUrl.TryParse(url);
}
