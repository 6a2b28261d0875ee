using AlfrescoBackupFlows.Flows.Drill.Records;
using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Flows.Restore.Targets;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Flows.Drill.Activities;

/// <summary>
/// Whether a restore that failed had begun: one that was refused before says something about server, tools or room, and
/// nothing about the set.
/// </summary>
internal sealed class LookAtDrill : FlowActivity<RestoreInput, DrillProgress>
{
    public override Task<DrillProgress> RunAsync(
        RestoreInput input,
        IProgressSink progress,
        CancellationToken cancellationToken
    ) =>
        Task.FromResult(
            new DrillProgress(
                GivenPath.IsDirectory(input.Target) && new TargetMarker(input.Target).TryRead() is not null
            )
        );
}
