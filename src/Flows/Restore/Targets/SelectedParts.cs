using System.Collections.Immutable;
using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;

namespace AlfrescoBackupFlows.Flows.Restore.Targets;

/// <summary>
/// Counts what a selection takes of a set, before anything is written: one pass over the listings of its roots. A
/// pattern that matches nothing is told.
/// </summary>
internal sealed class SelectedParts(SetReader set, RestoreSelection selection)
{
    private readonly Selector _selector = new(selection);
    private readonly HashSet<string> _unmatched = [.. selection.Include, .. selection.Exclude];
    private bool _isPartLost;

    /// <summary>One line for each pattern of --exclude that matches nothing.</summary>
    public List<string> Warnings { get; } = [];

    /// <returns>The roots that have something of it.</returns>
    /// <exception cref="PermanentException">
    /// Configuration: the set has no such root, or a pattern of --include matches nothing, or nothing is left.
    /// </exception>
    public async Task<ImmutableArray<SelectedRoot>> CountAsync(CancellationToken cancellationToken)
    {
        RequireRoots(set.Manifest, selection);
        var selected = ImmutableArray.CreateBuilder<SelectedRoot>();
        foreach ((int number, RootStamp root) in set.Manifest.Roots.Index())
        {
            if (_selector.TakesRoot(root.Name) && await CountAsync(number, root, cancellationToken) is { } part)
            {
                selected.Add(part);
            }
        }

        Tell(selected.Count);
        return selected.ToImmutable();
    }

    private async Task<SelectedRoot?> CountAsync(int number, RootStamp root, CancellationToken cancellationToken)
    {
        var part = new SelectedRoot(number, root, 0, 0, 0, 0);
        bool isAny = false;
        var input = new RestoreRangeInput(string.Empty, root.Name, root.Listing, root.Class, PathRange.All, null);
        var listing = new ReadableListing(set.Chunks, input);
        await foreach (ListingEntry entry in listing.ReadAsync(cancellationToken))
        {
            Note(root.Name, entry);
            if (!_selector.Takes(root.Name, entry))
            {
                continue;
            }

            isAny = true;
            bool isCarriedOver =
                (entry.Flags & (EntryFlags.SourceMissing | EntryFlags.SourceChanged)) != EntryFlags.None;
            part = entry.IsDirectory
                ? part with
                {
                    Directories = part.Directories + 1,
                }
                : part with
                {
                    Files = part.Files + 1,
                    Bytes = part.Bytes + entry.Length,
                    CarriedOver = part.CarriedOver + (isCarriedOver ? 1 : 0),
                };
        }

        bool isLost = listing.Fault is not null || !listing.Lost.IsEmpty;
        _isPartLost |= isLost;
        return isAny || isLost ? part : null;
    }

    private void Note(string root, ListingEntry entry)
    {
        if (_unmatched.Count == 0)
        {
            return;
        }

        string text = Selector.TextOf(root, entry.Path);
        foreach (PathPattern pattern in _selector.Include.Concat(_selector.Exclude))
        {
            if (_unmatched.Contains(pattern.Text) && pattern.Matches(text))
            {
                _unmatched.Remove(pattern.Text);
            }
        }
    }

    /// <exception cref="PermanentException">Configuration: the set has no such root.</exception>
    public static void RequireRoots(SetManifest set, RestoreSelection selection)
    {
        foreach (string name in selection.Roots)
        {
            if (set.Roots.All(root => root.Name != name))
            {
                throw new PermanentException(
                    ErrorKind.Configuration,
                    $"--roots '{name}': set {set.Id} has no such directory; it has "
                        + string.Join(", ", set.Roots.Select(static root => root.Name).Take(20))
                        + "."
                );
            }
        }
    }

    /// <summary>Where a part of a listing is lost, nobody can tell what a pattern would match in it.</summary>
    private void Tell(int roots)
    {
        string where = selection.Roots.IsEmpty ? string.Empty : $" in {string.Join(", ", selection.Roots)}";
        string[] nothing = [.. selection.Include.Where(_unmatched.Contains).Distinct()];
        if (nothing.Length > 0 && !_isPartLost)
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                $"--include {string.Join(", ", nothing.Select(static text => $"'{text}'"))}: nothing{where} of set "
                    + $"{set.Manifest.Id} matches; 'abf show {set.Manifest.Id} --path DIRECTORY' lists what is there."
            );
        }

        if (roots == 0)
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                $"'{selection.Line}' leaves nothing of set {set.Manifest.Id} to restore."
            );
        }

        Warnings.AddRange(
            selection
                .Exclude.Where(_unmatched.Contains)
                .Distinct()
                .Select(text => $"--exclude '{text}': nothing{where} of set {set.Manifest.Id} matches")
        );
    }
}
