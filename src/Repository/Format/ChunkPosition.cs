using System.Collections.Immutable;

namespace AlfrescoBackupFlows.Repository.Format;

/// <summary>Where a chunk of a content begins, and what it takes to read on from there.</summary>
/// <param name="Offset">Bytes of the content before the chunk.</param>
/// <param name="Pending">The ids that are left at each level, the lowest level last.</param>
internal sealed record ChunkPosition(long Offset, ImmutableArray<(ReadOnlyMemory<byte> Ids, int Depth)> Pending);
