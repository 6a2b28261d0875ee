using System.Text;
using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Flows.Restore.Targets;

internal static class RestoredRoots
{
    /// <summary>
    /// The directory of a root beneath the target. A link that someone put on the way is refused: behind it lies
    /// another's data.
    /// </summary>
    public static TargetTree OpenRoot(this RestoreRangeInput input)
    {
        using var target = TargetTree.Open(input.Target);
        return target.OpenBeneath(Encoding.UTF8.GetBytes(input.Root));
    }
}
