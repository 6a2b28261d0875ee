using System.Collections.Immutable;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Exporting;

/// <summary>What was exported.</summary>
/// <param name="Files">Files of the set that are in it.</param>
/// <param name="Bytes">Of these files, and of the dump.</param>
/// <param name="PlainBytes">Of the archive before it is compressed.</param>
public sealed record ExportResult(RunId Set, long Files, long Bytes, long PlainBytes)
{
    /// <summary>Whether there is a dump in it.</summary>
    public required bool Database { get; init; }

    /// <summary>Files that the repository lost: they are not in it.</summary>
    public required long Lost { get; init; }

    /// <summary>The first of them with why; <c>LOST</c> in the archive has them all.</summary>
    public required ImmutableArray<string> NamedLost { get; init; }

    /// <summary>Required files that the set does not have, acknowledged ones included.</summary>
    public required long Missing { get; init; }

    /// <summary>Files that are in the set as an earlier one had them.</summary>
    public required long CarriedOver { get; init; }

    /// <summary>Why nobody knows whether the files fit the database; null where that was proved.</summary>
    public required string? Unproven { get; init; }

    public required ImmutableArray<string> Warnings { get; init; }

    /// <summary>A person must see it, as after a restore (exit code 3).</summary>
    public bool HasFindings => Missing > 0 || CarriedOver > 0 || Lost > 0 || Unproven is not null;
}
