using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Contracts;

/// <param name="Name"><c>index</c>, <c>database</c> or <c>files</c>.</param>
public sealed record PhaseDocument(string Name, DateTime Started, DateTime Ended)
{
    internal static PhaseDocument Of(PhaseTimes phase) =>
        new(phase.Name, phase.Started.UtcDateTime, phase.Ended.UtcDateTime);
}

/// <param name="Kind"><c>lucene</c>, <c>solr</c> or <c>none</c>.</param>
/// <param name="Written">When Alfresco's own job finished it, or Solr's backup was done.</param>
/// <param name="Reindex">For <c>none</c>: how the index is made again after a restore, a step each.</param>
public sealed record SearchIndexDocument(string Kind, DateTime? Written, string[] Reindex)
{
    internal static SearchIndexDocument Of(SearchIndexCopyStamp index) =>
        new(index.Kind, index.Written?.UtcDateTime, index.Reindex.IsDefault ? [] : [.. index.Reindex]);
}

/// <param name="Name">The database's name.</param>
/// <param name="Transaction">The newest transaction in the dump.</param>
/// <param name="CommitTime">When that transaction was committed.</param>
public sealed record DatabaseDocument(
    string Vendor,
    string Name,
    string ServerVersion,
    string ToolVersion,
    long DumpBytes,
    long? Transaction,
    DateTime? CommitTime
)
{
    internal static DatabaseDocument Of(DatabaseStamp database) =>
        new(
            Vendor: database.Vendor,
            Name: database.Name,
            ServerVersion: database.ServerVersion,
            ToolVersion: database.ToolVersion,
            DumpBytes: database.Dump.Length,
            Transaction: database.Watermark?.Transaction,
            CommitTime: TimeOf(database.Watermark)
        );

    /// <summary>Null also for what no calendar holds: the value stands in a row of Alfresco's.</summary>
    private static DateTime? TimeOf(TransactionWatermark? mark) =>
        mark is { CommitTimeMs: var time }
        && time >= DateTimeOffset.MinValue.ToUnixTimeMilliseconds()
        && time <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(time).UtcDateTime
            : null;
}

/// <param name="Name">Where a restore puts it: <c>contentstore</c>, ...</param>
/// <param name="Source">Where it was; told on the host alone, absent over HTTP.</param>
/// <param name="Required">Files that the dump requires of it.</param>
public sealed record RootDocument(
    string Name,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Source,
    long Files,
    long Directories,
    long Bytes,
    long Required
)
{
    internal static RootDocument Of(RootStamp root, bool withPath) =>
        new(root.Name, withPath ? root.Path : null, root.Files, root.Directories, root.Bytes, root.RequiredFiles);
}

/// <summary>A file that is missing in a set, or was carried over from the set before.</summary>
/// <param name="Path">As restored: the root's name, then the path in it.</param>
/// <param name="Size">In bytes, as the database says it; null where it does not.</param>
/// <param name="Reason">
/// <c>missing</c>, <c>wrong-size</c>, <c>unstable</c>, <c>source-missing</c>, <c>source-changed</c>,
/// <c>invalid-url</c>, <c>invalid-size</c>.
/// </param>
public sealed record FileFindingDocument(string Path, long? Size, string Reason)
{
    internal static FileFindingDocument Of(NamedFile file) =>
        new(file.Root.Length > 0 ? $"{file.Root}/{file.Path}" : file.Path, file.Size, file.Reason);
}
