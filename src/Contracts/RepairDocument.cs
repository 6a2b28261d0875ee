using System.Text.Json.Serialization;

namespace AlfrescoBackupFlows.Contracts;

/// <summary><c>repair --json</c>.</summary>
/// <param name="LostIndexes">Index blobs that are missing or damaged, by name.</param>
/// <param name="RebuiltPlaces">Places of chunks that these named, and that were read from the packs.</param>
/// <param name="IndexesReplaced">Others stand in the place of the lost index blobs.</param>
/// <param name="BadPacks">Packs that are missing, cut or damaged.</param>
/// <param name="ReadPacks">Packs that were read whole.</param>
/// <param name="StoredChunks">Chunks that were stored again.</param>
/// <param name="StoredBytes">Their bytes, before compression.</param>
/// <param name="FromRepository">Of the chunks: those that a damaged pack still had.</param>
/// <param name="GivenUpPacks">Bad packs that the next prune deletes.</param>
/// <param name="HeldPacks">Bad packs that stay, because a backup that is running may lean on them.</param>
/// <param name="LostChunks">Chunks that sets need and nobody has.</param>
/// <param name="LostFiles">Files that are lost, each once.</param>
/// <param name="Lost">These files, at most 10,000.</param>
/// <param name="LostParts">Dumps, listings, lists and catalogues that are lost, a sentence each.</param>
/// <param name="DryRun">Nothing was written.</param>
public sealed record RepairDocument(
    string[] LostIndexes,
    long RebuiltPlaces,
    bool IndexesReplaced,
    BadPackDocument[] BadPacks,
    long ReadPacks,
    long ReadBytes,
    long StoredChunks,
    long StoredBytes,
    long FromRepository,
    long FromMirror,
    long FromLive,
    long GivenUpPacks,
    long HeldPacks,
    long LostChunks,
    long LostFiles,
    LostFileDocument[] Lost,
    string[] LostParts,
    bool DryRun
);

/// <param name="Name">The blob's name.</param>
public sealed record BadPackDocument(string Name, string Why);

/// <param name="Set">The newest set that has it.</param>
/// <param name="Path">As restored: the root's name, then the path in it.</param>
/// <param name="Nodes">Those that use it, by the set's catalogue.</param>
/// <param name="ContentUrl">The one that names this place; absent where a file of the root has none.</param>
public sealed record LostFileDocument(
    string Set,
    string Path,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ContentUrl,
    long Size,
    LostNodeDocument[] Nodes
);

/// <summary>A node whose content is lost.</summary>
/// <param name="Path">Below Company Home; null where it cannot be told.</param>
/// <param name="Property">The property that names the content.</param>
public sealed record LostNodeDocument(string NodeRef, string Name, string? Path, string Property);
