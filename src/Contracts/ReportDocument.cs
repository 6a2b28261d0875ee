using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.RequiredFiles;

namespace AlfrescoBackupFlows.Contracts;

/// <summary>
/// What a set's proof found: <c>abf report --json</c>, where the arrays <c>missing</c> and <c>carriedOver</c> of
/// <see cref="ReportFindingDocument"/> follow these members. Times are UTC.
/// </summary>
/// <param name="Consistent">Proved to be so: nothing is missing beyond what was accepted.</param>
/// <param name="Required">Files that the database requires.</param>
/// <param name="Captured">Those that the set has as the database means them.</param>
/// <param name="Unprotected">Content URLs outside the file system, by protocol: in no set.</param>
/// <param name="Generated">Content URLs without a file: Alfresco makes their content when it is read.</param>
/// <param name="Complete">Every finding is listed. False for sets of earlier versions with more than a thousand.</param>
/// <param name="Catalogue">The set can tell which nodes use a file.</param>
public sealed record ReportDocument(
    string Set,
    string Installation,
    DateTime Sealed,
    long Required,
    long Captured,
    bool Consistent,
    bool Unproven,
    ReportCountsDocument Counts,
    IReadOnlyDictionary<string, long> Unprotected,
    long Generated,
    WatermarkDocument Watermark,
    bool Complete,
    bool Catalogue
)
{
    public static ReportDocument Of(
        SetSummary set,
        SetManifest manifest,
        ReportCountsDocument counts,
        bool isComplete,
        bool hasCatalogue
    ) =>
        new(
            Set: set.Id.ToString(),
            Installation: set.Installation,
            Sealed: set.Sealed.UtcDateTime,
            Required: manifest.Consistency.Required,
            Captured: manifest.Consistency.Required - manifest.Consistency.Missing,
            Consistent: set.Consistent,
            Unproven: set.Unproven,
            Counts: counts,
            Unprotected: manifest.Consistency.Unprotected,
            Generated: manifest.Consistency.Generated,
            Watermark: WatermarkDocument.Of(manifest),
            Complete: isComplete,
            Catalogue: hasCatalogue
        );
}

/// <param name="Missing">Required files that the set does not have, or not surely as the database means them.</param>
/// <param name="AlreadyMissing">Of these, the ones that the live system did not have either.</param>
/// <param name="Missed">Of the missing, those that the live system had: the backup missed them.</param>
/// <param name="NotKnown">Of the missing, those that nobody could look for.</param>
/// <param name="WrongSizes">Of the missing, those that the set has in another size.</param>
/// <param name="Acknowledged">Of the missing, those that an administrator has accepted.</param>
/// <param name="CarriedOver">
/// Files that were gone or changed in the live system; the set has them from the set before.
/// </param>
public sealed record ReportCountsDocument(
    long Missing,
    long AlreadyMissing,
    long Missed,
    long NotKnown,
    long WrongSizes,
    long Acknowledged,
    long CarriedOver
);

/// <summary>How far the copy of the search index is behind the dump.</summary>
/// <param name="Generation">What tells this copy of the index from the one before and after it.</param>
/// <param name="IndexWritten">When Alfresco's job finished it; null: the set has none.</param>
/// <param name="Transaction">The newest transaction in the dump.</param>
/// <param name="CommitTime">When that transaction was committed.</param>
/// <param name="LagSeconds">
/// From the index to the newest transaction: what Alfresco indexes again after a restore. 0 where nothing was committed
/// since; null where one of both is not known.
/// </param>
/// <param name="InOrder">
/// The index is not newer than the dump, so that Alfresco can bring it up; null: the set has none.
/// </param>
public sealed record WatermarkDocument(
    string? Generation,
    DateTime? IndexWritten,
    long? Transaction,
    DateTime? CommitTime,
    double? LagSeconds,
    bool? InOrder
)
{
    internal static WatermarkDocument Of(SetManifest manifest)
    {
        DateTime? written = manifest.Index.Written?.UtcDateTime;
        DatabaseDocument? database = manifest.Database is { } stamp ? DatabaseDocument.Of(stamp) : null;
        DateTime? dumped = manifest.Phase(PhaseNames.Database)?.Ended.UtcDateTime;
        return new WatermarkDocument(
            manifest.Index.Generation,
            written,
            database?.Transaction,
            database?.CommitTime,
            LagSeconds: database?.CommitTime - written is { } lag ? Math.Max(0, Math.Round(lag.TotalSeconds)) : null,
            InOrder: written is null || dumped is null ? null : written <= dumped
        );
    }
}

/// <summary>A required file that is missing, or was carried over from the set before.</summary>
/// <param name="Url">
/// The content URL. Where the set cannot tell which of several names a row had, the usual one; null where there is none.
/// </param>
/// <param name="Path">As restored; null where the URL names no file.</param>
/// <param name="Size">In bytes, as the database says it; null where it does not.</param>
/// <param name="Captured">In bytes, what the set has; absent: nothing.</param>
/// <param name="Reason">
/// <c>missing</c>, <c>wrong-size</c>, <c>unstable</c>, <c>invalid-url</c>, <c>invalid-size</c>; of what was carried over
/// <c>source-missing</c> or <c>source-changed</c>.
/// </param>
/// <param name="Live">
/// Whether the live system had it when the set was made, as the database says it: <c>missing</c> or <c>present</c>; else
/// <c>unknown</c>.
/// </param>
/// <param name="Acknowledged">True: an administrator has accepted it; absent: not.</param>
/// <param name="Nodes">Who uses it; empty where nobody does, or the set cannot tell.</param>
public sealed record ReportFindingDocument(
    string? Url,
    string? Path,
    long? Size,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Captured,
    string Reason,
    string Live,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Acknowledged,
    ReportNodeDocument[] Nodes
)
{
    /// <summary>True, over HTTP alone: other nodes use it as well; absent: <see cref="Nodes"/> has them all.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool MoreNodes { get; init; }

    public static ReportFindingDocument Of(FileFinding finding, string? url, ReportNodeDocument[] nodes) =>
        new(
            Url: url,
            Path: finding.Root.Length == 0 ? null : $"{finding.Root}/{TreePath.Display(finding.Path)}",
            Size: finding.Size,
            Captured: finding.Captured,
            Reason: finding.Reason,
            Live: finding.Live switch
            {
                LiveFile.Present => "present",
                LiveFile.Missing => "missing",
                _ => "unknown",
            },
            Acknowledged: finding.IsAcknowledged,
            Nodes: nodes
        );
}

/// <summary>A node that uses a content URL.</summary>
/// <param name="NodeRef">Such as <c>workspace://SpacesStore/&lt;uuid&gt;</c>.</param>
/// <param name="Property">The property that names the content, such as <c>cm:content</c>.</param>
/// <param name="Path">Where it can be told.</param>
public sealed record ReportNodeDocument(
    string NodeRef,
    string? Name,
    string Property,
    string? Mimetype,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Path
);
