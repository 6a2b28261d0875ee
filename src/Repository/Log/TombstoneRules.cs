using System.Collections.Immutable;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Log;

/// <summary>What a <c>tombstones</c> entry says, before it has its place in the log.</summary>
/// <param name="Names">Packs and index blobs that are given up.</param>
/// <param name="Indexes">New index blobs.</param>
/// <param name="Gone">What was given up before and does not exist any more.</param>
internal sealed record TombstoneDraft(
    ImmutableArray<string> Names,
    ImmutableArray<ChunkIndexBlob> Indexes,
    ImmutableArray<string> Gone
)
{
    public LogEntry On(LogEntry entry) =>
        entry with
        {
            Names = Names.IsEmpty ? default : Names,
            Indexes = Indexes.IsEmpty ? default : Indexes,
            Gone = Gone.IsEmpty ? default : Gone,
        };
}

/// <summary>What a <c>tombstones</c> entry needs, and what it does to the state.</summary>
internal static class TombstoneRules
{
    /// <summary>Of each list of one entry.</summary>
    public const int MaxItems = 65_536;

    public static bool IsComplete(LogEntry entry) =>
        !(entry.Names.IsDefaultOrEmpty && entry.Indexes.IsDefaultOrEmpty && entry.Gone.IsDefaultOrEmpty)
        && AreBoundedNames(entry.Names)
        && AreBoundedNames(entry.Gone)
        && (
            entry.Indexes.IsDefault
            || (
                entry.Indexes.Length <= MaxItems
                && !ManifestRules.HasGap(entry.Indexes)
                && entry.Indexes.All(index =>
                    index.Rows >= 0 && (index.Replaces.IsDefault || index.Replaces.Length <= MaxItems)
                )
                && entry.Indexes.DistinctBy(index => index.Id).Count() == entry.Indexes.Length
            )
        );

    /// <summary>Names of packs and index blobs, each once.</summary>
    public static bool AreNames(ImmutableArray<string> names) =>
        names.All(IsName) && names.Distinct(StringComparer.Ordinal).Count() == names.Length;

    /// <summary>An entry that gives up, replaces or forgets what it cannot is damage.</summary>
    public static LogState Apply(LogState state, LogEntry entry)
    {
        HashSet<ChunkIndexId> known = [.. state.Indexes.Select(index => index.Id)];
        HashSet<string> before = new(state.Tombstones, StringComparer.Ordinal);
        HashSet<string> tombstones = new(before, StringComparer.Ordinal);
        HashSet<ChunkIndexId> replaced =
        [
            .. state.Indexes.Where(index => !index.Replaces.IsDefault).SelectMany(index => index.Replaces),
        ];
        foreach (string name in List(entry.Names))
        {
            if (
                !tombstones.Add(name)
                || (ChunkIndexId.TryParseBlobName(name, out ChunkIndexId index) && known.Contains(index))
            )
            {
                throw entry.Wrong($"it gives up '{name}', which the log names or has given up before");
            }
        }

        foreach (ChunkIndexBlob index in List(entry.Indexes))
        {
            if (known.Contains(index.Id) || !List(index.Replaces).All(known.Contains))
            {
                throw entry.Wrong("it names an index that an older entry named, or replaces one that none did");
            }
        }

        foreach (string name in List(entry.Gone))
        {
            bool isReplaced = ChunkIndexId.TryParseBlobName(name, out ChunkIndexId index) && replaced.Contains(index);
            if (!isReplaced && !before.Contains(name))
            {
                throw entry.Wrong($"it says that '{name}' is gone, which nobody gave up");
            }
        }

        LogState next = ApplyBeyondBreak(state, entry);
        HashSet<ChunkIndexId> live = [.. LogState.Live(state.Indexes).Select(index => index.Id)];
        return LogState.Live(next.Indexes).All(index => live.Contains(index.Id) || !known.Contains(index.Id))
            ? next
            : throw entry.Wrong("an index that was replaced would count again");
    }

    /// <summary>The same where entries may be hidden: as much of it as can be.</summary>
    public static LogState ApplyBeyondBreak(LogState state, LogEntry entry)
    {
        HashSet<string> gone = new(List(entry.Gone), StringComparer.Ordinal);
        HashSet<ChunkIndexId> known = [.. state.Indexes.Select(index => index.Id)];
        IEnumerable<ChunkIndexSummary> added = List(entry.Indexes)
            .Where(index => !known.Contains(index.Id))
            .Select(index => new ChunkIndexSummary(index.Id, entry.Sequence, index.Rows)
            {
                Replaces = index.Replaces,
                Compacted = true,
            });
        return state with
        {
            Tombstones =
            [
                .. state
                    .Tombstones.Concat(List(entry.Names))
                    .Distinct(StringComparer.Ordinal)
                    .Where(name => !gone.Contains(name)),
            ],
            Indexes =
            [
                .. state.Indexes.Concat(added).Where(index => !gone.Contains(index.Id.BlobName)).Select(Without),
            ],
        };

        ChunkIndexSummary Without(ChunkIndexSummary index)
        {
            if (index.Replaces.IsDefault || !index.Replaces.Any(id => gone.Contains(id.BlobName)))
            {
                return index;
            }

            ImmutableArray<ChunkIndexId> left = [.. index.Replaces.Where(id => !gone.Contains(id.BlobName))];
            return index with { Replaces = left.IsEmpty ? default : left };
        }
    }

    private static bool AreBoundedNames(ImmutableArray<string> names) =>
        names.IsDefault || (names.Length <= MaxItems && !ManifestRules.HasGap(names) && AreNames(names));

    private static bool IsName(string name) =>
        PackId.TryParseBlobName(name, out _) || ChunkIndexId.TryParseBlobName(name, out _);

    private static ImmutableArray<T> List<T>(ImmutableArray<T> list) => list.IsDefault ? [] : list;
}
