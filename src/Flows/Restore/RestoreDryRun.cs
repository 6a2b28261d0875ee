using AlfrescoBackupFlows.Flows.Restore.Activities;

namespace AlfrescoBackupFlows.Flows.Restore;

/// <summary>What a restore would do, with every check that can be made without writing anything.</summary>
public static class RestoreDryRun
{
    /// <exception cref="Platform.PermanentException">As the restore itself would end.</exception>
    public static Task<RestorePreview> PreviewAsync(FlowEnvironment environment, RestoreInput input, CancellationToken cancellationToken) =>
        new PrepareRestore(environment).PreviewAsync(input, cancellationToken);
}
