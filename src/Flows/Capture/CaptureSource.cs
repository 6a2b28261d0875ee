using System.Collections.Immutable;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;

namespace AlfrescoBackupFlows.Flows.Capture;

/// <summary>A content root as it is captured.</summary>
/// <param name="Elsewhere">
/// Where a file of this root may lie under the same path: moved by the cleaner, or in a tenant's store. In the order to
/// look.
/// </param>
internal sealed record CaptureSource(SourceTree Tree, ImmutableArray<SourceTree> Elsewhere, CaptureNotes Notes)
{
    private readonly Dictionary<(uint, uint), FileOwner> _owners = [];

    /// <summary>
    /// A symbolic link to a file is captured as that file: where every file is needed, though no list says so.
    /// </summary>
    public bool FollowsLinks { get; init; }

    public ListingEntry Directory(ScanEntry seen, EntryFlags flags) =>
        new(seen.Path, flags, seen.Stat.Mode, OwnerOf(seen.Stat), seen.Stat.MtimeNs, seen.Stat.CtimeNs, Content: null);

    public ListingEntry File(byte[] path, in FileStat stat, ContentRef content, EntryFlags flags) =>
        new(path, flags, stat.Mode, OwnerOf(stat), stat.MtimeNs, stat.CtimeNs, content);

    private FileOwner OwnerOf(in FileStat stat)
    {
        if (!_owners.TryGetValue((stat.Uid, stat.Gid), out FileOwner? owner))
        {
            owner = new FileOwner(stat.Uid, stat.Gid, Tree.Owners.User(stat.Uid), Tree.Owners.Group(stat.Gid));
            _owners.Add((stat.Uid, stat.Gid), owner);
        }

        return owner;
    }
}
