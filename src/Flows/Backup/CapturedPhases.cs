using System.Collections.Immutable;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Backup;

/// <param name="CanChange">
/// Alfresco's job may put another copy in its place, so that it is looked at around the dump. A backup of Solr is the run's
/// own.
/// </param>
internal sealed record SearchIndexPart(SearchIndexCapture Capture, PhaseTimes Times, bool CanChange);

internal sealed record DatabasePart(DatabaseCapture Capture, PhaseTimes Times);

/// <param name="Roots">How many content roots there are.</param>
/// <param name="Pages">Of this pass, and of the seeding pass, whose chunks it found.</param>
internal sealed record FilesPart(int Roots, ImmutableArray<RootPages> Pages, PhaseTimes Times);

/// <summary>The three phases of one attempt, fit to be committed.</summary>
internal sealed record CapturedPhases(int Attempt, SearchIndexPart? Index, DatabasePart Database, FilesPart Files)
{
    /// <summary>Why there is no index that should be there; null where there is, or none is wanted.</summary>
    public string? IndexFault { get; init; }

    public CheckConsistencyInput ToProve(RunRef run, SourceCheck check, KeptPages kept) =>
        new(run, Attempt, Files.Roots)
        {
            FullScan = check.FullScan,
            Pages = kept.Pages,
            Room = kept.Room,
        };

    /// <param name="names">Pages that the history keeps.</param>
    public MergeChunkIndexInput ToMerge(RunRef run, ImmutableArray<string> names, int room) =>
        new(run, Attempt, Index is not null, Files.Pages) { Kept = names.IsEmpty ? default : names, Room = room };

    public CommitSetInput ToCommit(
        RunRef run,
        OpenedRun opened,
        DateTimeOffset started,
        DateTimeOffset now,
        SourceCheck check,
        KeptPages kept
    )
    {
        ImmutableArray<PhaseTimes> phases = Index is null
            ? [Database.Times, Files.Times]
            : [Index.Times, Database.Times, Files.Times];
        return new CommitSetInput
        {
            Run = run,
            Attempt = Attempt,
            HasIndex = Index is not null,
            IndexFault = IndexFault,
            Roots = Files.Roots,
            Base = opened.Base,
            Started = started,
            Sealed = now,
            Phases = phases,
            FullScan = check.FullScan,
            Warnings = check.Warnings,
            Pages = kept.Pages,
        };
    }
}
