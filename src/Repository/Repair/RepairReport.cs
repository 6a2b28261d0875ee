using System.Collections.Immutable;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Repair;

/// <summary>What a repair found and did, or would do.</summary>
public sealed record RepairReport
{
    /// <summary>Index blobs that are missing or damaged, by name.</summary>
    public required ImmutableArray<string> LostIndexes { get; init; }

    /// <summary>Places of chunks that lost index blobs named, which were read from the packs and are named anew.</summary>
    public required long RebuiltPlaces { get; init; }

    /// <summary>The lost index blobs have others in their place.</summary>
    public required bool AreIndexesReplaced { get; init; }

    /// <summary>Packs that are missing, cut or damaged, with why.</summary>
    public required ImmutableArray<BadPack> BadPacks { get; init; }

    /// <summary>Packs that were read, and their bytes.</summary>
    public required long ReadPacks { get; init; }

    public required long ReadBytes { get; init; }

    /// <summary>Chunks that were stored again, and their bytes, before compression.</summary>
    public required long StoredChunks { get; init; }

    public required long StoredBytes { get; init; }

    /// <summary>Of the stored chunks: those that could still be read from a damaged pack.</summary>
    public required long FromRepository { get; init; }

    public required long FromMirror { get; init; }

    public required long FromLive { get; init; }

    /// <summary>Bad packs that are given up: the next prune deletes them.</summary>
    public required long GivenUpPacks { get; init; }

    /// <summary>Bad packs that stay because a run that is open may lean on them.</summary>
    public required long HeldPacks { get; init; }

    /// <summary>Chunks that sets need and nobody has.</summary>
    public required long LostChunks { get; init; }

    /// <summary>Files that are lost, each once, and how many there are; the first of them are named.</summary>
    public required long LostFiles { get; init; }

    public required ImmutableArray<LostFile> Lost { get; init; }

    /// <summary>Other parts of sets that are lost, a sentence each: dumps, listings, lists, catalogues.</summary>
    public required ImmutableArray<string> LostParts { get; init; }

    /// <summary>Something that sets have is nowhere, needed for a restore or not.</summary>
    public bool HasLosses => LostChunks > 0 || LostFiles > 0 || !LostParts.IsEmpty;
}

/// <param name="Name">The blob's name.</param>
public sealed record BadPack(string Name, string Why);

/// <param name="Set">The newest set that has it.</param>
/// <param name="Path">In the root, bytes.</param>
public sealed record LostFile(RunId Set, string Root, byte[] Path, long Length);
