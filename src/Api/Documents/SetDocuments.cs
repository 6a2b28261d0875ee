using AlfrescoBackupFlows.Alfresco.Installations;

namespace AlfrescoBackupFlows.Api.Documents;

/// <summary>A backup set. Times are UTC.</summary>
/// <param name="Missing">Required files that the set does not have.</param>
/// <param name="AddedBytes">What the run stored.</param>
public sealed record SetDocument(
    string Id, string Installation, DateTime Started, DateTime Sealed, bool Consistent, long Missing, long Files, long Bytes, long AddedBytes, string? Parent);

/// <summary>A backup set with its phases and counts. Where things were and which files are missing is told on the host itself, by <c>abf show</c>.</summary>
/// <param name="Required">Files that the dump requires.</param>
/// <param name="Acknowledged">Missing files that an administrator has accepted.</param>
/// <param name="Unprotected">Required documents outside the file system, by protocol: not in the set.</param>
public sealed record SetDetailDocument(
    string Id,
    string Installation,
    DateTime Started,
    DateTime Sealed,
    bool Consistent,
    long Missing,
    long Files,
    long Bytes,
    long AddedBytes,
    string? Parent,
    PhaseDocument[] Phases,
    SearchIndexDocument Index,
    DatabaseDocument? Database,
    RootDocument[] Roots,
    long Required,
    long SourceMissing,
    long SourceChanged,
    long Acknowledged,
    IReadOnlyDictionary<string, long> Unprotected,
    string[] Warnings,
    string Tool);

/// <param name="Name"><c>index</c>, <c>database</c> or <c>files</c>.</param>
public sealed record PhaseDocument(string Name, DateTime Started, DateTime Ended);

/// <param name="Kind"><c>lucene</c> or <c>none</c>.</param>
/// <param name="Written">When Alfresco's own job finished it.</param>
public sealed record SearchIndexDocument(string Kind, DateTime? Written);

/// <param name="Transaction">The newest transaction in the dump.</param>
public sealed record DatabaseDocument(string Vendor, string ServerVersion, string ToolVersion, long DumpBytes, long? Transaction, DateTime? CommitTime);

/// <param name="Name">Where a restore puts it: <c>contentstore</c>, ...</param>
public sealed record RootDocument(string Name, long Files, long Directories, long Bytes, long Required);
