using System.Collections.Immutable;
using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Backup.Records;

/// <param name="AcceptContentLoss">An empty content store is no fault; see <see cref="HotBackupInput"/>.</param>
public sealed record CheckSourcesInput(RunRef Run, bool AcceptContentLoss) : IRunInput;

/// <param name="Supersedes">Dead runs of this host; see <see cref="HotBackupInput"/>.</param>
/// <param name="LogSeen">See <see cref="HotBackupInput"/>.</param>
public sealed record OpenRunInput(
    RunId Run,
    ImmutableArray<RunId> Supersedes,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? LogSeen = null
);

/// <param name="Base">Sequence of the log's head that the run saw when it was opened.</param>
/// <param name="Parent">The newest set of the installation at that head.</param>
/// <param name="Evicted">Runs that can never commit a set any more because this one took their place.</param>
public sealed record OpenedRun(long Base, RunId? Parent, ImmutableArray<RunId> Evicted);

/// <summary>
/// What the preflight found: all that the flow branches on, so that options never reach into a flow behind the
/// journal's back.
/// </summary>
public sealed record SourceCheck
{
    /// <summary>False where <c>installation.index.kind</c> is <c>none</c>.</summary>
    public required bool HasIndex { get; init; }

    /// <summary>
    /// The cores of a search service are backed up: then <see cref="HasIndex"/> is false; absent in what an older version
    /// began.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool HasSolr { get; init; }

    /// <summary>
    /// Tells Solr's backups for this installation in this repository from those for others; null without a search
    /// service, and in what an older version began.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? SolrOwner { get; init; }

    /// <summary>Longest wait for the index job's window, or for Solr's backups.</summary>
    public required TimeSpan MaxWait { get; init; }

    /// <summary>A refresh command is configured.</summary>
    public required bool RefreshesIndex { get; init; }

    /// <summary>From the start of the dump to the end of the files phase: half of <c>orphanProtectDays</c>.</summary>
    public required TimeSpan FilesMustEndWithin { get; init; }

    /// <summary>From the parent set's phases; the index job must not fire within it.</summary>
    public required TimeSpan ExpectedIndexAndDatabase { get; init; }

    /// <summary>
    /// The files phase is expected to be long, so content is uploaded before the index phase as well.
    /// </summary>
    public required bool SeedsFirst { get; init; }

    /// <summary>Every file is statted, whatever its directory's state says.</summary>
    public required bool FullScan { get; init; }

    /// <summary>Ranges of files captured at once.</summary>
    public required int Parallelism { get; init; }

    /// <summary>Names of the content roots, in the order of capture.</summary>
    public required ImmutableArray<string> Roots { get; init; }

    /// <summary>Files of the parent set, for the status; 0 where there is none.</summary>
    public required long ExpectedFiles { get; init; }

    /// <summary>Bytes of the parent set; 0 where there is none.</summary>
    public required long ExpectedBytes { get; init; }

    public required ImmutableArray<string> Warnings { get; init; }

    /// <summary>Sets are to be forgotten by rules, once this one is there; absent in what an older version began.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Retains { get; init; }

    /// <summary>The configuration names targets of mirrors; absent in what an older version began.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Mirrors { get; init; }
}

/// <param name="Reason">One line for the log's <c>abort</c> entry; null where the run has its set.</param>
public sealed record CloseRunInput(RunRef Run, string? Reason);
