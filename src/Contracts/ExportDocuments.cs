using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Contracts;

/// <summary><c>export --json</c>.</summary>
/// <param name="File">Where it is.</param>
/// <param name="FileBytes">Of the file.</param>
/// <param name="Files">Files of the set that are in it.</param>
/// <param name="Bytes">Of these files, and of the dump.</param>
/// <param name="Database">The dump is in it.</param>
/// <param name="Missing">Required files that the set does not have.</param>
/// <param name="CarriedOver">Files that are there as an earlier set had them.</param>
/// <param name="Unproven">Whether the files fit the database is not known.</param>
/// <param name="Lost">Files that the repository lost: they are not in it.</param>
/// <param name="LostFiles">The first hundred of them, and why.</param>
public sealed record ExportDocument(
    string Set,
    string File,
    long FileBytes,
    long Files,
    long Bytes,
    bool Database,
    long Missing,
    long CarriedOver,
    bool Unproven,
    long Lost,
    string[] LostFiles,
    string[] Warnings
);

/// <summary><c>import --json</c>.</summary>
/// <param name="Set">The new set.</param>
/// <param name="AddedBytes">What the repository had not yet.</param>
/// <param name="Consistent">Proved to be so, by what is in the file.</param>
/// <param name="Lost">Files that were lost already when the set was exported.</param>
public sealed record ImportDocument(
    string Set,
    OriginDocument Origin,
    long Files,
    long Bytes,
    long AddedBytes,
    bool Consistent,
    bool Unproven,
    long Missing,
    long CarriedOver,
    long Lost,
    string[] Warnings
);

/// <summary>Where an imported set comes from, as the file said.</summary>
/// <param name="Repository">32 hexadecimal digits.</param>
/// <param name="Set">Its id there.</param>
/// <param name="Exported">When the file was written.</param>
public sealed record OriginDocument(string Repository, string Set, string Installation, DateTime Exported)
{
    public static OriginDocument Of(OriginStamp origin) =>
        new(origin.Repository, origin.Set.ToString(), origin.Installation, origin.Exported.UtcDateTime);
}
