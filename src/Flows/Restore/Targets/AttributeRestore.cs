using System.Collections.Concurrent;
using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Listings;

namespace AlfrescoBackupFlows.Flows.Restore.Targets;

/// <summary>
/// Gives entries their recorded owner, mode and time, in this order: a change of owner clears set-id bits, and any
/// change of a file's bytes its time. An owner is looked up by name on this machine, and taken by number where the name
/// is unknown here. What is refused is counted. Thread-safe.
/// </summary>
internal sealed class AttributeRestore(TargetTree target, RestoreOwner? owner)
{
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<FileOwner, (uint Uid, uint Gid)> _owners = new();

    public UnsetAttributes Unset { get; private set; } = UnsetAttributes.None;

    public void Apply(ListingEntry entry) =>
        Count(
            SetOwner(entry.Path, entry),
            target.TrySetMode(entry.Path, entry.Mode),
            target.TrySetTimes(entry.Path, entry.MtimeNs)
        );

    /// <summary>The same for a file that was just written.</summary>
    public void Apply(TargetFile file, ListingEntry entry)
    {
        (uint uid, uint gid) = OwnerOf(entry);
        Count(file.TrySetOwner(uid, gid), file.TrySetMode(entry.Mode), file.TrySetTimes(entry.MtimeNs));
    }

    /// <summary>Owner and mode of another entry, for a path that no listing has; its time is nobody's.</summary>
    public void ApplyAs(byte[] path, ListingEntry model) =>
        Count(SetOwner(path, model), target.TrySetMode(path, model.Mode), timed: true);

    private void Count(bool owned, bool moded, bool timed)
    {
        if (!(owned && moded && timed))
        {
            lock (_gate)
            {
                Unset += new UnsetAttributes(owned ? 0 : 1, moded ? 0 : 1, timed ? 0 : 1);
            }
        }
    }

    /// <summary>The owner that an entry gets.</summary>
    public (uint Uid, uint Gid) OwnerOf(ListingEntry entry)
    {
        (uint uid, uint gid) = _owners.GetOrAdd(
            entry.Owner,
            static recorded =>
                (
                    (recorded.User.Length > 0 ? OwnerNames.FindUser(recorded.User) : null) ?? recorded.Uid,
                    (recorded.Group.Length > 0 ? OwnerNames.FindGroup(recorded.Group) : null) ?? recorded.Gid
                )
        );
        return (owner?.Uid ?? uid, owner?.Gid ?? gid);
    }

    private bool SetOwner(byte[] path, ListingEntry recorded)
    {
        (uint uid, uint gid) = OwnerOf(recorded);
        return target.TrySetOwner(path, uid, gid);
    }
}
