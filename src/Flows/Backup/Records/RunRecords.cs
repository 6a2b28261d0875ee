using System.Collections.Immutable;
using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Backup.Records;

/// <summary>Which run an activity works for.</summary>
/// <param name="Run">The run's id.</param>
/// <param name="Parent">The set whose listings it inherits from; null for the first set of an installation.</param>
public sealed record RunRef(string Run, string? Parent);

/// <param name="AcceptContentLoss">An empty content store is no fault; see <see cref="HotBackupInput"/>. Left out where false, as in journals before it.</param>
public sealed record CheckSourcesInput(
    string Run, string? Parent, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool AcceptContentLoss = false);

/// <param name="Supersedes">Dead runs of this host; see <see cref="HotBackupInput"/>.</param>
public sealed record OpenRunInput(string Run, ImmutableArray<string> Supersedes);

/// <param name="Base">Sequence of the log's head that the run saw when it was opened.</param>
/// <param name="Parent">The newest set of the installation at that head.</param>
/// <param name="Evicted">Runs that can never seal any more because this one took their place.</param>
public sealed record OpenedRun(long Base, string? Parent, ImmutableArray<string> Evicted);

/// <summary>What the preflight found: all that the flow branches on, so that options never reach into a flow behind the journal's back.</summary>
/// <param name="HasIndex">False where <c>installation.index.kind</c> is <c>none</c>.</param>
/// <param name="MaxWait">Longest wait for the index job's window.</param>
/// <param name="RefreshesIndex">A refresh command is configured.</param>
/// <param name="FilesMustEndWithin">From the start of the dump to the end of the files phase: half of <c>orphanProtectDays</c>.</param>
/// <param name="ExpectedIndexAndDatabase">From the parent set's phases; the index job must not fire within it.</param>
/// <param name="SeedsFirst">The files phase is expected to be long, so content is uploaded before the index phase as well.</param>
/// <param name="FullScan">Every file is statted, whatever its directory's state says.</param>
/// <param name="ExpectedFiles">Files of the parent set, for the status; 0 where there is none.</param>
/// <param name="ExpectedBytes">Bytes of the parent set; 0 where there is none.</param>
public sealed record SourceCheck(
    bool HasIndex,
    TimeSpan MaxWait,
    bool RefreshesIndex,
    TimeSpan FilesMustEndWithin,
    TimeSpan ExpectedIndexAndDatabase,
    bool SeedsFirst,
    bool FullScan,
    int Parallelism,
    ImmutableArray<string> Roots,
    long ExpectedFiles,
    long ExpectedBytes,
    ImmutableArray<string> Warnings);

/// <summary>Packs that the repository lost, as a result page has them; never part of history.</summary>
/// <param name="Packs">Ids, 32 hexadecimal digits each.</param>
public sealed record LostPackList(ImmutableArray<string> Packs)
{
    public static LostPackList Of(LostPacks lost) => new([.. lost.Packs.Select(pack => pack.ToString())]);

    public LostPacks ToPacks() => new(Packs.Select(text => PackId.TryParse(text, out PackId pack) ? pack : throw new System.Text.Json.JsonException($"'{text}' is no pack's id.")));
}

/// <param name="Reason">One line for the log's <c>abort</c> entry; null after a seal.</param>
public sealed record CloseRunInput(RunRef Run, string? Reason);
