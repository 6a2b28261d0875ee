using System.Collections.Immutable;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Repair;

/// <summary>What is damaged or lost in a repository.</summary>
/// <param name="Index">Every place of a chunk, with the index blobs that are lost.</param>
/// <param name="BadPacks">Those that are missing, cut or damaged, with why.</param>
/// <param name="Wanted">Chunks that have no good place.</param>
/// <param name="LostParts">Parts of sets that could not be followed, a sentence each.</param>
internal sealed record RepairFindings(
    ChunkIndex Index,
    ImmutableSortedDictionary<PackId, string> BadPacks,
    List<WantedChunk> Wanted,
    List<string> LostParts
);
