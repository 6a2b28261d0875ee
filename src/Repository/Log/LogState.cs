using System.Collections.Immutable;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Log;

/// <summary>
/// The live state after an entry of the log; lists are in order of sequence. Immutable: the next entry gives the next
/// state.
/// </summary>
public sealed record LogState(
    ConfigStamp Config,
    ImmutableArray<RunOpened> OpenRuns,
    ImmutableArray<SetSummary> Sets,
    ImmutableArray<ChunkIndexSummary> Indexes
)
{
    /// <summary>
    /// Names of blobs that are given up, and are or will be deleted: nothing that lies in one has its place there.
    /// </summary>
    public ImmutableArray<string> Tombstones { get; init; } = [];

    internal HashSet<PackId> TombstonedPacks() =>
        [.. Tombstones.Select(name => PackId.TryParseBlobName(name, out PackId id) ? id : default)];

    public RunOpened? FindOpenRun(RunId run) => OpenRuns.FirstOrDefault(open => open.Run == run);

    public SetSummary? FindSet(RunId id) => Sets.FirstOrDefault(set => set.Id == id);

    /// <summary>The set that a run inherits from: the newest of its installation at its base that was no import.</summary>
    public SetSummary? ParentOf(RunOpened run) => ParentsOf(run).FirstOrDefault();

    /// <summary>The same and those before it, the newest first.</summary>
    public IEnumerable<SetSummary> ParentsOf(RunOpened run) =>
        Sets.Where(set => set.Installation == run.Installation && set.Sequence <= run.Base && !set.Imported).Reverse();

    /// <summary>With those indexes only that the entry of this sequence or one before it named.</summary>
    public LogState WithIndexesUpTo(long sequence) =>
        this with
        {
            Indexes = [.. Indexes.Where(index => index.Sequence <= sequence)],
        };

    /// <summary>
    /// Index blobs that were named since the base of an open run and replaced since. They are in the store while the run
    /// is open: one that is not was lost, and what stands in its place was read from the directories of packs, those that
    /// the run has stored among them. The log names these then, and no set needs them yet.
    /// </summary>
    internal IEnumerable<ChunkIndexSummary> ReplacedDuringRuns()
    {
        if (OpenRuns.IsEmpty)
        {
            return [];
        }

        long oldest = OpenRuns.Min(run => run.Base);
        HashSet<ChunkIndexId> live = [.. Live(Indexes).Select(index => index.Id)];
        return Indexes.Where(index => index.Sequence > oldest && !live.Contains(index.Id));
    }

    /// <summary>Those that no other replaces: what a reader reads.</summary>
    internal static ImmutableArray<ChunkIndexSummary> Live(IReadOnlyList<ChunkIndexSummary> indexes)
    {
        HashSet<ChunkIndexId> replaced =
        [
            .. indexes.Where(index => !index.Replaces.IsDefault).SelectMany(index => index.Replaces),
        ];
        return [.. indexes.Where(index => !replaced.Contains(index.Id))];
    }

    /// <summary>
    /// The state after an entry that stands beyond a break of the chain: as much of it as can follow this state.
    /// </summary>
    internal LogState ApplyBeyondBreak(LogEntry entry)
    {
        LogState open = this;
        if (
            entry is { Type: LogEntryTypes.Set, Manifest: { } set }
            && FindOpenRun(set.Id) is null
            && FindSet(set.Id) is null
        )
        {
            RunOpened run = new(set.Id, set.Installation.Name, set.Base, entry.Sequence, entry.Time);
            open = this with { OpenRuns = OpenRuns.Add(run) };
        }

        try
        {
            return entry.State?.ToState(entry)
                ?? entry.Type switch
                {
                    LogEntryTypes.Expire => EndedSets.ApplyBeyondBreak(open, entry),
                    LogEntryTypes.Tombstones => TombstoneRules.ApplyBeyondBreak(open, entry),
                    _ => open.Apply(entry),
                };
        }
        catch (PermanentException exception) when (exception.Kind == ErrorKind.Repository)
        {
            // Its beginning is hidden by the break: there is nothing that it could end or replace.
            return this;
        }
    }

    /// <summary>The state after one more entry. An entry that cannot follow this state is damage.</summary>
    internal LogState Apply(LogEntry entry)
    {
        switch (entry.Type)
        {
            case LogEntryTypes.RunOpen:
                return FindOpenRun(entry.ToOpenedRun().Run) is null && FindSet(entry.ToOpenedRun().Run) is null
                    ? this with
                    {
                        OpenRuns = OpenRuns.Add(entry.ToOpenedRun()),
                    }
                    : throw entry.Wrong("it opens a run that was opened before");
            case LogEntryTypes.Set:
                return Commit(entry);
            case LogEntryTypes.Abort or LogEntryTypes.Evicted:
                return this with { OpenRuns = Close(entry) };
            case LogEntryTypes.Keys:
                return entry.Config!.Number > Config.Number
                    ? this with
                    {
                        Config = entry.Config,
                    }
                    : throw entry.Wrong("it goes back to an older config");
            case LogEntryTypes.Expire:
                return EndedSets.Apply(this, entry);
            case LogEntryTypes.Tombstones:
                return TombstoneRules.Apply(this, entry);
            default:
                throw entry.Wrong($"an entry of type '{entry.Type}' cannot stand here");
        }
    }

    private LogState Commit(LogEntry entry)
    {
        SetManifest manifest = entry.Manifest!;
        RunOpened open = FindOpenRun(manifest.Id) ?? throw entry.Wrong("it commits a run that is not open");
        if (manifest.Base != open.Base || manifest.Installation.Name != open.Installation)
        {
            throw entry.Wrong("it commits another run than the one that was opened");
        }

        HashSet<ChunkIndexId> known = [.. Indexes.Select(index => index.Id)];
        if (manifest.Indexes.Any(index => !known.Add(index.Id)))
        {
            throw entry.Wrong("it names an index that an older entry named");
        }

        SetSummary set = new()
        {
            Sequence = entry.Sequence,
            Id = manifest.Id,
            Installation = manifest.Installation.Name,
            Started = manifest.Started,
            Sealed = manifest.Sealed,
            Consistent = manifest.Consistency is { Consistent: true, IsProven: true },
            Unproven = !manifest.Consistency.IsProven,
            Missing = manifest.Consistency.Missing,
            Files = manifest.Totals.Files,
            Bytes = manifest.Totals.Bytes,
            AddedBytes = manifest.Totals.AddedBytes,
            Parent = manifest.Parent,
            Imported = manifest.Origin is not null,
        };
        return this with
        {
            OpenRuns = Close(entry),
            Sets = Sets.Add(set),
            Indexes = Indexes.AddRange(
                manifest.Indexes.Select(index => new ChunkIndexSummary(index.Id, entry.Sequence, index.Rows)
                {
                    Replaces = index.Replaces,
                })
            ),
        };
    }

    private ImmutableArray<RunOpened> Close(LogEntry entry)
    {
        RunOpened open = FindOpenRun(entry.Run!.Value) ?? throw entry.Wrong("it ends a run that is not open");
        return OpenRuns.Remove(open);
    }
}
