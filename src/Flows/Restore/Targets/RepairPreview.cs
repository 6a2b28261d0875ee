using System.Collections.Immutable;
using System.Text;
using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;

namespace AlfrescoBackupFlows.Flows.Restore.Targets;

/// <summary>What a repair would find in its target; nothing is written.</summary>
internal sealed class RepairPreview(SetReader set, RestoreInput input)
{
    private const int MaxNamed = 100;

    private readonly List<string> _named = [];
    private long _same;
    private long _missing;
    private long _replaced;
    private long _differing;

    public async Task<RepairedFiles> RunAsync(ImmutableArray<SelectedRoot> parts, CancellationToken cancellationToken)
    {
        var selector = new Selector(input.Selection);
        using var target = TargetTree.Open(input.Target);
        foreach (RootStamp root in parts.Select(static part => part.Root))
        {
            var range = new RestoreRangeInput(input.Target, root.Name, root.Listing, root.Class, PathRange.All, null)
            {
                Repair = true,
                Overwrite = input.Overwrite,
            };
            var look = new RepairLook(set.Repository.CreateComparison(set.Chunks), range);
            await foreach (ListingEntry entry in new ReadableListing(set.Chunks, range).ReadAsync(cancellationToken))
            {
                if (!entry.IsDirectory && selector.Takes(root.Name, entry))
                {
                    await LookAsync(target, root.Name, entry, look, cancellationToken);
                }
            }
        }

        return new RepairedFiles(_same, _missing, _replaced, _differing, WarningLines.First(_named));
    }

    private async Task LookAsync(
        TargetTree target,
        string root,
        ListingEntry entry,
        RepairLook look,
        CancellationToken cancellationToken
    )
    {
        byte[] name = Encoding.UTF8.GetBytes(root);
        byte[] place = entry.Directory().IsEmpty ? name : [.. name, (byte)'/', .. entry.Directory()];
        using TargetDirectory? directory = target.TryOpenDirectory(place);
        (Found found, string why) = directory is null
            ? (Found.Missing, string.Empty)
            : await look.LookAsync(directory, entry, cancellationToken);
        switch (found)
        {
            case Found.Missing:
                _missing++;
                break;
            case Found.Same:
                _same++;
                break;
            case Found.Differing when look.MayReplace(directory!, entry):
                _replaced++;
                break;
            default:
                _differing++;
                if (_named.Count < MaxNamed)
                {
                    _named.Add($"{root}/{TreePath.Display(entry.Path)}: {why}");
                }

                break;
        }
    }
}
