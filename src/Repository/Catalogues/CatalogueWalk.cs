namespace AlfrescoBackupFlows.Repository.Catalogues;

/// <summary>One name of a path that is walked down.</summary>
/// <param name="Name">As filters know it; null: it has to be held against the names that there are.</param>
/// <param name="Matches">Whether a node's title is such a name.</param>
public sealed record PathStep(string? Name, Func<string, bool> Matches)
{
    /// <summary>Any number of names, none included.</summary>
    public bool IsDeep { get; init; }
}

/// <summary>
/// Walks down from the nodes below which paths begin, so that of a catalogue only the parts are read in which a name of the
/// path stands.
/// </summary>
internal sealed class CatalogueWalk(CatalogueReader catalogue, CancellationToken cancellationToken)
{
    /// <summary>More nodes on one level, and reading all segments is as cheap.</summary>
    private const int MaxNodes = 100_000;

    /// <summary>More of them by name and parent, and wrong hits of the filters outweigh the right ones.</summary>
    private const int MaxKeys = 64;

    /// <summary>No tree of folders is deeper.</summary>
    private const int MaxDepth = 1000;

    /// <summary>
    /// The segments that have a node at such a path, and some that have none; null: they cannot be told from the others.
    /// </summary>
    public async Task<IReadOnlySet<CatalogueSegmentRow>?> FindAsync(IReadOnlyList<PathStep> steps)
    {
        // A path outside of Company Home begins with a node that nothing leads to but its name.
        if (
            steps.Count == 0
            || steps[0].Name is not { } first
            || catalogue.Homes.Count >= Format.CatalogueStamp.MaxHomes
        )
        {
            return null;
        }

        HashSet<CatalogueSegmentRow> found = [];
        HashSet<long> above = [.. catalogue.Homes];
        for (int i = 0; i < steps.Count; i++)
        {
            bool isLast = i == steps.Count - 1;
            HashSet<long>? next = steps[i].IsDeep
                ? await DescendAsync(above, isLast ? found : null)
                : await StepAsync(above, steps[i], isLast ? found : null);
            if (next is null)
            {
                return null;
            }

            if (i == 0)
            {
                await foreach (CatalogueNode top in catalogue.FindTopsAsync(first, onlyNamed: false, cancellationToken))
                {
                    next.Add(top.Id);
                    if (isLast)
                    {
                        found.Add(catalogue.RowOf(top.Id)!);
                    }
                }
            }

            if (next.Count > MaxNodes)
            {
                return null;
            }

            above = next;
        }

        return found;
    }

    /// <summary>The nodes one level below that match.</summary>
    /// <param name="found">Gets the segments in which they may be, instead; then the nodes themselves are not read.</param>
    private async Task<HashSet<long>?> StepAsync(
        HashSet<long> above,
        PathStep step,
        HashSet<CatalogueSegmentRow>? found
    )
    {
        IReadOnlySet<CatalogueSegmentRow>? rows =
            step.Name is { } name && above.Count <= MaxKeys
                ? await catalogue.FindSegmentsAsync(CatalogueLookup.OfChildren([.. above], name), cancellationToken)
                : await catalogue.FindSegmentsInAsync(above, cancellationToken);
        if (rows is null || found is not null)
        {
            found?.UnionWith(rows ?? new HashSet<CatalogueSegmentRow>());
            return rows is null ? null : [];
        }

        return await ReadBelowAsync(rows, above, step.Matches);
    }

    /// <summary>The nodes, and all those below them.</summary>
    private async Task<HashSet<long>?> DescendAsync(HashSet<long> from, HashSet<CatalogueSegmentRow>? found)
    {
        HashSet<long> all = [.. from];
        HashSet<long> level = from;
        for (int depth = 0; level.Count > 0 && depth < MaxDepth; depth++)
        {
            // All that it reads may be in memory already.
            cancellationToken.ThrowIfCancellationRequested();
            if (all.Count > MaxNodes || await catalogue.FindSegmentsInAsync(level, cancellationToken) is not { } rows)
            {
                return null;
            }

            found?.UnionWith(rows);
            level = await ReadBelowAsync(rows, level, static _ => true);
            level.ExceptWith(all);
            all.UnionWith(level);
        }

        return all;
    }

    private async Task<HashSet<long>> ReadBelowAsync(
        IReadOnlySet<CatalogueSegmentRow> rows,
        HashSet<long> above,
        Func<string, bool> matches
    )
    {
        HashSet<long> below = [];
        await foreach (CatalogueNode node in catalogue.ReadAsync(rows.Contains, cancellationToken))
        {
            // Below a home, paths begin anew.
            if (above.Contains(node.Parent) && node is { IsHome: false, VersionOf.Length: 0 } && matches(node.Title))
            {
                below.Add(node.Id);
            }
        }

        return below;
    }
}
