using AlfrescoBackupFlows.Flows;
using AlfrescoBackupFlows.Flows.Backup;
using AlfrescoBackupFlows.Flows.Drill;
using AlfrescoBackupFlows.Flows.Mirroring;
using AlfrescoBackupFlows.Flows.Restore;
using AlfrescoBackupFlows.Flows.Retention;

namespace AlfrescoBackupFlows.Functions.Hosting;

/// <summary>
/// Instance ids are chosen so that a query for the runs of a flow reads nothing else: a nightly backup leaves thousands
/// of sub-orchestrations in the task hub, and a query filters by the beginning of the id on the service's side.
/// </summary>
internal static class HubIds
{
    /// <summary>What the ids of a flow's runs begin with; that of a backup is its run's, which begins with the
    /// year.</summary>
    public static string PrefixOf(string flow) =>
        flow == nameof(HotBackupFlow) ? "2"
        : flow == nameof(RestoreFlow) ? InstanceIds.RestorePrefix
        : flow == nameof(DrillFlow) ? InstanceIds.DrillPrefix
        : flow == nameof(PruneFlow) ? InstanceIds.PrunePrefix
        : flow == nameof(MirrorTargetFlow) ? InstanceIds.MirrorPrefix
        : InstanceIds.VerifyPrefix;
}
