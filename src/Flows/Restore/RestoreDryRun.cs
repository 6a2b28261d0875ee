using AlfrescoBackupFlows.Flows.Restore.Activities;
using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Flows.Runtime;

namespace AlfrescoBackupFlows.Flows.Restore;

/// <summary>What a restore would do, with every check that can be made without writing anything.</summary>
public static class RestoreDryRun
{
    /// <exception cref="PermanentException">As the restore itself would end.</exception>
    public static Task<RestorePreview> PreviewAsync(
        FlowEnvironment environment,
        RestoreInput input,
        CancellationToken cancellationToken
    ) => new PrepareRestore(environment).PreviewAsync(input, cancellationToken);
}
