using System.Collections.Immutable;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Log;

/// <summary>A <see cref="LogState"/> as an entry carries it.</summary>
/// <param name="Tombstones">Names of blobs.</param>
internal sealed record StateDocument(
    ConfigStamp Config,
    ImmutableArray<RunOpened> OpenRuns,
    ImmutableArray<SetSummary> Sets,
    ImmutableArray<ChunkIndexSummary> Indexes,
    ImmutableArray<string> Tombstones
)
{
    public static StateDocument From(LogState state) =>
        new(state.Config, state.OpenRuns, state.Sets, state.Indexes, state.Tombstones);

    /// <summary>
    /// The state that <paramref name="entry"/> carries. Lists that are not in order of sequence are damage.
    /// </summary>
    public LogState ToState(LogEntry entry)
    {
        if (
            ManifestRules.HasGap(OpenRuns)
            || ManifestRules.HasGap(Sets)
            || ManifestRules.HasGap(Indexes)
            || ManifestRules.HasGap(Tombstones)
        )
        {
            throw entry.Wrong("a list of the state that it carries is null, or an item of one");
        }

        bool ordered =
            IsOrdered(OpenRuns.Select(run => run.Sequence), strict: true, entry.Sequence)
            && IsOrdered(Sets.Select(set => set.Sequence), strict: true, entry.Sequence)
            && IsOrdered(Indexes.Select(index => index.Sequence), strict: false, entry.Sequence);
        return ordered && TombstoneRules.AreNames(Tombstones)
            ? new LogState(Config, OpenRuns, Sets, Indexes) { Tombstones = Tombstones }
            : throw entry.Wrong("the state that it carries is impossible");
    }

    private static bool IsOrdered(IEnumerable<long> sequences, bool strict, long last)
    {
        long previous = -1;
        foreach (long sequence in sequences)
        {
            if (sequence < previous || (strict && sequence == previous) || sequence > last)
            {
                return false;
            }

            previous = sequence;
        }

        return true;
    }
}
