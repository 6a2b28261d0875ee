using AlfrescoBackupFlows.Flows.Restore.Activities;
using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Flows.Restore.Targets;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Restore;

/// <summary>What a restore would do, with every check that can be made without writing anything.</summary>
public static class RestoreDryRun
{
    /// <summary>The file in the target that names what the set lost.</summary>
    public const string LostFiles = FileList.Lost;

    /// <summary>The file in the target that names what a repair kept although it differs.</summary>
    public const string DifferingFiles = FileList.Differing;

    /// <summary>The set whose restore a directory holds unfinished; null where there is none, or none of this
    /// repository.</summary>
    public static RunId? FindUnfinished(string target, string repository) =>
        GivenPath.IsDirectory(target) && new TargetMarker(target).TryRead() is { } mark && mark.Repository == repository
            ? mark.Set
            : null;

    /// <exception cref="PermanentException">As the restore itself would end.</exception>
    public static Task<RestorePreview> PreviewAsync(
        FlowEnvironment environment,
        RestoreInput input,
        CancellationToken cancellationToken
    ) => new PrepareRestore(environment).PreviewAsync(input, cancellationToken);
}
