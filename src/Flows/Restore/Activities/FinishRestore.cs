using System.Text;
using AlfrescoBackupFlows.Alfresco.Content;
using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Flows.Restore.Targets;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Restore.Activities;

/// <summary>
/// The target itself and what stands between it and a root, such as <c>stores</c>, are in no listing: they get owner
/// and mode of the roots. Then everything is brought to disk before the marker goes.
/// </summary>
internal sealed class FinishRestore(FlowEnvironment environment)
    : FlowActivity<RestoreInput, UnsetAttributes>,
        IPhasedActivity
{
    public static string Phase => Phases.Finish;

    private const int OwnersOwnRights = 0x1C0; // 0700: or the marker could not be removed

    public override async Task<UnsetAttributes> RunAsync(
        RestoreInput input,
        IProgressSink progress,
        CancellationToken cancellationToken
    )
    {
        var marker = new TargetMarker(input.Target);
        if (input.DatabaseOnly)
        {
            marker.Remove();
            if (GivenPath.IsDirectory(input.Target))
            {
                // One that was killed here may have deleted it.
                GivenPath.DeleteEmptyDirectory(input.Target);
            }

            return UnsetAttributes.None;
        }

        SetManifest set = await SetReader.ReadManifestAsync(environment, input.Set, cancellationToken);
        using var target = TargetTree.Open(input.Target);
        UnsetAttributes unset = UnsetAttributes.None;
        string[] restored =
        [
            .. set
                .Roots.Select(root => root.Name)
                .Where(name => target.TryStat(Encoding.UTF8.GetBytes(name)) is { Type: EntryType.Directory }),
        ];
        IEnumerable<string> nested = restored.Where(name => name.Contains('/', StringComparison.Ordinal));
        foreach (IGrouping<string, string> roots in nested.GroupBy(Above))
        {
            // Of an installation that is repaired, one that is new.
            if (!input.Repair || IsNew(roots.Key))
            {
                unset += TakeAfter(roots.First(), roots.Key, input.Owner, keep: false);
            }
        }

        // One that was there is the administrator's, who may have said whose it shall be.
        bool made = marker.TryRead() is { MadeTarget: true };
        if (restored.Length > 0 && !input.Repair)
        {
            string model = restored.Contains(ContentRoot.Contentstore) ? ContentRoot.Contentstore : restored[0];
            unset += TakeAfter(model, string.Empty, input.Owner, keep: !made);
        }

        target.Flush();
        marker.Remove();
        target.Flush();
        return unset;

        bool IsNew(string place) =>
            target.TryStat(Encoding.UTF8.GetBytes(place)) is { Mode: TargetMarker.NewDirectoryMode } there
            && target.TryStat(Encoding.UTF8.GetBytes(TargetMarker.Name)) is { } mark
            && mark.Uid == there.Uid;

        UnsetAttributes TakeAfter(string root, string place, RestoreOwner? owner, bool keep)
        {
            byte[] path = Encoding.UTF8.GetBytes(place);
            if (target.TryStat(Encoding.UTF8.GetBytes(root)) is not { } of || target.TryStat(path) is not { } has)
            {
                return UnsetAttributes.None;
            }

            uint uid = owner?.Uid ?? (keep ? has.Uid : of.Uid);
            uint gid = owner?.Gid ?? (keep ? has.Gid : of.Gid);
            bool owned = target.TrySetOwner(path, uid, gid);
            bool moded = target.TrySetMode(path, keep ? has.Mode : of.Mode | OwnersOwnRights);
            return new UnsetAttributes(owned ? 0 : 1, moded ? 0 : 1, 0);
        }
    }

    private static string Above(string name) => name[..name.LastIndexOf('/')];
}
