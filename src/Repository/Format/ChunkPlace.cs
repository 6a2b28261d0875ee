namespace AlfrescoBackupFlows.Repository.Format;

/// <summary>A pack as an index knows it.</summary>
/// <param name="Length">Bytes of the whole blob.</param>
/// <param name="Class">What its chunks are for; also the object type in its header.</param>
public readonly record struct PackEntry(PackId Id, int Length, ChunkClass Class);

/// <summary>Where a chunk is.</summary>
/// <param name="Frame">Number of the frame in the pack, from 0.</param>
/// <param name="FrameOffset">Where the sealed frame begins in the pack, in bytes.</param>
/// <param name="SealedLength">Bytes of the sealed frame, tag included.</param>
/// <param name="Offset">Where the chunk begins in the frame's plain bytes.</param>
/// <param name="Length">Bytes of the chunk.</param>
public readonly record struct ChunkPlace(
    ChunkId Id,
    PackEntry Pack,
    int Frame,
    int FrameOffset,
    int SealedLength,
    int Offset,
    int Length
);
