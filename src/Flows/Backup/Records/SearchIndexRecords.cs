using System.Collections.Immutable;
using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Alfresco.SearchIndex;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Backup.Records;

/// <summary>Which copy of the index the job left: changed by every run of the job, by nothing else.</summary>
/// <param name="Inode">Of the target directory.</param>
/// <param name="ChangedNs">Its ctime in ns since 1970 (where the platform has none: its parent's mtime).</param>
public sealed record SearchIndexGeneration(ulong Inode, long ChangedNs);

/// <param name="Expected">How long the index and database phases will take: the job must not fire within.</param>
/// <param name="GiveUpAt">A wait beyond this is refused.</param>
public sealed record ObserveSearchIndexInput(RunRef Run, TimeSpan Expected, DateTimeOffset GiveUpAt) : IRunInput;

/// <summary>What a look at the index copy found.</summary>
/// <param name="Action">What the job's schedule and the copy allow.</param>
/// <param name="IsBusy">The job is running, or the copy is missing.</param>
/// <param name="Generation">Null while the copy is missing.</param>
/// <param name="Reason">Why the phases may not begin, one line.</param>
/// <param name="Until">When looking again makes sense; null where the action is not to wait.</param>
public sealed record SearchIndexLook(
    SearchIndexAction Action,
    bool IsBusy,
    SearchIndexGeneration? Generation,
    string? Reason,
    DateTimeOffset? Until
)
{
    /// <summary>
    /// The copy of this generation stands untouched, whatever the schedule says about the next firing.
    /// </summary>
    public bool Holds(SearchIndexGeneration generation) => !IsBusy && Generation == generation;
}

/// <param name="Attempt">1 for the first; one more after each voided phase. Names the result page.</param>
public sealed record CaptureSearchIndexInput(RunRef Run, int Attempt) : IRunInput, IKeepsPage
{
    /// <inheritdoc/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Room { get; init; }
}

/// <summary>
/// The captured index copy. The generation stood unchanged from before the first file was read until after the last.
/// </summary>
public sealed record SearchIndexCapture : IKept<SearchIndexCapture>
{
    public required SearchIndexGeneration Generation { get; init; }

    /// <summary>When the job finished the copy.</summary>
    public required DateTimeOffset Written { get; init; }

    /// <summary>Where the copy was, for people.</summary>
    public required string Path { get; init; }

    public required ContentRef Listing { get; init; }

    public required long Files { get; init; }

    public required long Directories { get; init; }

    public required long Bytes { get; init; }

    public required ImmutableArray<string> Warnings { get; init; }

    /// <summary>Of a search service: its cores, in whose listings the files are; absent for Lucene.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ImmutableArray<CapturedCore> Cores { get; init; }

    /// <summary>The name of Solr's backup; null for Lucene.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Backup { get; init; }

    /// <inheritdoc/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public byte[]? Page { get; init; }

    SearchIndexCapture IKept<SearchIndexCapture>.WithPage(byte[] page) => this with { Page = page };

    /// <summary>What the flow needs; all of it stays in the page.</summary>
    internal SearchIndexCapture ForHistory() => this with { Warnings = [], Cores = default };
}

/// <param name="Path">Where the backup was, for people.</param>
public sealed record CapturedCore(
    string Core,
    string Path,
    ContentRef Listing,
    long Files,
    long Directories,
    long Bytes
);

/// <summary>Which backups a step is about.</summary>
/// <param name="Backup">Their name, the same in every core and in no other run.</param>
/// <param name="Cores">As they were when the backups were begun; empty before.</param>
public sealed record SolrBackupInput(RunRef Run, string Backup, ImmutableArray<SolrCoreLook> Cores) : IRunInput;

/// <summary>What a look at the search service found.</summary>
public sealed record SolrLook(ImmutableArray<SolrCoreLook> Cores)
{
    /// <summary>Every core has its backup.</summary>
    [JsonIgnore]
    public bool IsDone => Cores.All(static core => core.IsDone);

    /// <summary>The cores that have not, for a line.</summary>
    [JsonIgnore]
    public string Waiting =>
        string.Join(", ", Cores.Where(static core => !core.IsDone).Select(static core => core.Core));
}

/// <param name="IsDone">The backup of this name came to its end.</param>
/// <param name="OldFault">
/// Why an earlier backup of the core failed, as Solr said before this one began: it says so until this one ends.
/// </param>
public sealed record SolrCoreLook(string Core, bool IsDone, string? OldFault)
{
    /// <summary>Its directory was seen: one that failed is deleted by Solr.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool WasThere { get; init; }

    /// <summary>Files of the backup, as Solr said when it was done; null before, and where Solr does not say.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Files { get; init; }
}

/// <param name="Attempt">1 for the first; one more after each voided phase. Names the result page.</param>
public sealed record CaptureSolrInput(RunRef Run, int Attempt, string Backup) : IRunInput, IKeepsPage
{
    /// <summary>As they were when all backups were done; absent in what an older version began.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ImmutableArray<SolrCoreLook> Cores { get; init; }

    /// <inheritdoc/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Room { get; init; }
}
