using System.Collections.Immutable;
using AlfrescoBackupFlows.Alfresco.Content;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Restore.Records;

/// <summary>
/// Which part of a set is restored: the entries of some roots that one of the patterns matches, less those that another
/// matches. Two that say the same are equal.
/// </summary>
public sealed record RestoreSelection
{
    /// <summary>Names of roots; none: all of them.</summary>
    public ImmutableArray<string> Roots { get; init; } = [];

    /// <summary>Patterns; none: everything.</summary>
    public ImmutableArray<string> Include { get; init; } = [];

    /// <summary>Patterns of what is left out, whatever includes it.</summary>
    public ImmutableArray<string> Exclude { get; init; } = [];

    /// <summary>Some directories, whole; null where none is named: all of them.</summary>
    /// <param name="names">As they are typed: order, slashes at the ends and repetitions mean nothing.</param>
    public static RestoreSelection? OfRoots(IEnumerable<string> names)
    {
        string[] roots =
        [
            .. names
                .Select(static name => name.Trim('/'))
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
        ];
        return roots.Length == 0 ? null : new RestoreSelection { Roots = [.. roots] };
    }

    /// <summary>
    /// The roots that a repair takes where nobody names others: those of live documents. What the cleaner had set aside,
    /// the index copy, keys and configuration are not put into an installation that may be running.
    /// </summary>
    public static ImmutableArray<string> RootsOfRepair(SetManifest set) =>
        [
            .. set
                .Roots.Select(static root => root.Name)
                .Where(static name =>
                    name is ContentRoot.Contentstore or ContentRoot.Audit
                    || name.StartsWith(ContentRoot.Stores, StringComparison.Ordinal)
                ),
        ];

    /// <summary>The options as they are typed, for messages.</summary>
    public string Line =>
        string.Join(
            ' ',
            Roots
                .Select(static root => $"--roots {root}")
                .Concat(Include.Select(static pattern => $"--include {pattern}"))
                .Concat(Exclude.Select(static pattern => $"--exclude {pattern}"))
        );

    public bool Equals(RestoreSelection? other) =>
        other is not null
        && Roots.SequenceEqual(other.Roots)
        && Include.SequenceEqual(other.Include)
        && Exclude.SequenceEqual(other.Exclude);

    public override int GetHashCode() => Line.GetHashCode(StringComparison.Ordinal);
}
