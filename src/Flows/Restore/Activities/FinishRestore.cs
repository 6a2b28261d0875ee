using AlfrescoBackupFlows.Flows.Engine;
using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Flows.Restore.Activities;

/// <summary>Everything is on disk before the marker goes.</summary>
internal sealed class FinishRestore : IActivity<RestoreInput, Nothing>
{
    public Task<Nothing> RunAsync(RestoreInput input, ActivityContext context, CancellationToken cancellationToken)
    {
        using var target = TargetTree.Open(input.Target);
        target.Flush();
        new TargetMarker(input.Target).Remove();
        target.Flush();
        return Task.FromResult(Nothing.Value);
    }
}
