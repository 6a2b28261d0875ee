using System.Collections.Immutable;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Exporting;

/// <summary>The set that came of an exported file.</summary>
/// <param name="AddedBytes">Bytes that were stored: what the repository had already is not stored again.</param>
public sealed record ImportResult(RunId Set, OriginStamp Origin, long Files, long Bytes, long AddedBytes)
{
    /// <summary>Proved to be so.</summary>
    public required bool Consistent { get; init; }

    /// <summary>Required files that the set does not have, acknowledged ones left out.</summary>
    public required long Missing { get; init; }

    /// <summary>Files that are in the set as an earlier one had them.</summary>
    public required long CarriedOver { get; init; }

    /// <summary>Why nobody knows whether the files fit the database; null where that was proved.</summary>
    public required string? Unproven { get; init; }

    /// <summary>Files that were lost already when the set was exported.</summary>
    public required long Lost { get; init; }

    public required ImmutableArray<string> Warnings { get; init; }

    /// <summary>A person must see it (exit code 3).</summary>
    public bool HasFindings => !Consistent || Missing > 0 || CarriedOver > 0 || Lost > 0;
}
