using AlfrescoBackupFlows.Flows.Drill.Records;
using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Flows.Restore.Targets;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Flows.Drill.Activities;

/// <summary>
/// Whether a restore that failed had begun: one that was refused before says something about server, tools or room, and
/// nothing about the set. Nor does a scratch directory that takes not even the restore's marker: then this fails.
/// </summary>
internal sealed class LookAtDrill : FlowActivity<RestoreInput, DrillProgress>, IPhasedActivity
{
    public static string Phase => Phases.Prepare;

    public override Task<DrillProgress> RunAsync(
        RestoreInput input,
        IProgressSink progress,
        CancellationToken cancellationToken
    )
    {
        var marker = new TargetMarker(input.Target);
        if (!GivenPath.IsDirectory(input.Target) || marker.TryRead() is not { } mark)
        {
            return Task.FromResult(new DrillProgress(HasBegun: false));
        }

        marker.Write(mark);
        return Task.FromResult(new DrillProgress(HasBegun: true));
    }
}
