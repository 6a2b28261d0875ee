using System.Collections.Immutable;

namespace AlfrescoBackupFlows.Repository.Format;

/// <summary>What must hold in a manifest beyond its types. The same rules bind the writer and every reader.</summary>
internal static class ManifestRules
{
    public const int MaxRoots = 1000;
    public const int MaxNamed = 1000;
    public const int MaxIndexes = 65_536;
    public const int MaxWarnings = 1000;
    public const int MaxTables = 1000;

    /// <summary>The first rule that is broken, a clause; null where none is.</summary>
    public static string? Violation(SetManifest manifest)
    {
        if (
            HasGap(manifest.Roots)
            || HasGap(manifest.Phases)
            || HasGap(manifest.Indexes)
            || HasGap(manifest.Warnings)
            || HasGap(manifest.Consistency.Named)
            || HasGap(manifest.Index.Warnings)
            || (manifest.Database is { } vendor && HasGap(vendor.NotApplicable))
            || (!manifest.Consistency.Unproven.IsDefault && HasGap(manifest.Consistency.Unproven))
        )
        {
            return "a list of its manifest is null, or an item of one";
        }

        if (
            manifest.Roots.Length > MaxRoots
            || manifest.Consistency.Named.Length > MaxNamed
            || manifest.Indexes.Length > MaxIndexes
            || manifest.Warnings.Length > MaxWarnings
            || manifest.Phases.Length > MaxTables
            || manifest.Database?.Rows.Count > MaxTables
            || manifest.Database?.NotApplicable.Length > MaxTables
        )
        {
            return "a list of its manifest is too long";
        }

        if (manifest.Base < 0 || manifest.Parent == manifest.Id)
        {
            return "its manifest has an impossible base or parent";
        }

        if (manifest.Database?.Catalogue is { Homes: { IsDefault: true } or { Length: > CatalogueStamp.MaxHomes } })
        {
            return "its catalogue has an impossible list of homes";
        }

        return Violation(manifest.Roots)
            ?? Violation(manifest.Consistency)
            ?? Violation(manifest.Totals, manifest.Indexes);
    }

    /// <summary>Whether a list that was read from JSON is absent or has a null in it, which no type forbids.</summary>
    public static bool HasGap<T>(ImmutableArray<T> list)
        where T : class => list.IsDefault || list.AsSpan().Contains(null!);

    /// <summary>Names become directories of a restore: relative, no odd component, and none inside another.</summary>
    private static string? Violation(ImmutableArray<RootStamp> roots)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (RootStamp root in roots)
        {
            if (
                root.Name.Length == 0
                || !PathOrder.IsValid(System.Text.Encoding.UTF8.GetBytes(root.Name))
                || root.Name.Contains('\\')
                || !names.Add(root.Name)
            )
            {
                return $"its manifest has a root named '{root.Name}'";
            }

            if (
                root.Files < 0
                || root.Directories < 0
                || root.Bytes < 0
                || root.RequiredFiles < 0
                || root.Class is not (ChunkClass.Content or ChunkClass.Index)
                || root.Listing.Length == 0
                || root.Required is null != (root.RequiredFiles == 0)
            )
            {
                return $"the numbers of root '{root.Name}' in its manifest contradict each other";
            }
        }

        bool nested = names.Any(name => names.Any(other => name.StartsWith($"{other}/", StringComparison.Ordinal)));
        return nested ? "a root of its manifest lies inside another" : null;
    }

    private static string? Violation(ConsistencyReport report) =>
        report.Required < 0
        || report.Missing < 0
        || report.SourceMissing < 0
        || report.SourceChanged < 0
        || report.Acknowledged < 0
        || report.Acknowledged > report.Missing
        || report.Consistent != (report.Missing == report.Acknowledged)
            ? "the consistency of its manifest contradicts itself"
            : null;

    private static string? Violation(SetTotals totals, ImmutableArray<ChunkIndexBlob> indexes) =>
        totals.Files < 0
        || totals.Bytes < 0
        || totals.AddedBytes < 0
        || totals.Chunks < 0
        || indexes.Any(index => index.Rows < 0 || (!index.Replaces.IsDefault && index.Replaces.Length > MaxIndexes))
        || indexes.DistinctBy(index => index.Id).Count() != indexes.Length
            ? "the totals or indexes of its manifest contradict themselves"
            : null;
}
