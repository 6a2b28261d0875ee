using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.RequiredFiles;

/// <summary>
/// A segment of a list of required files: a metadata chunk that holds a stretch of its records and ends where a listing
/// ends a segment.
/// </summary>
/// <param name="First">The path of the first record.</param>
/// <param name="Last">The path of the last record.</param>
/// <param name="Chunk">The chunk.</param>
/// <param name="Length">Bytes of the chunk.</param>
/// <param name="Files">Records, at least 1.</param>
/// <param name="LowestId">The lowest id of a content URL among them.</param>
/// <param name="HighestId">The highest.</param>
public sealed record RequiredSegment(
    byte[] First,
    byte[] Last,
    ChunkId Chunk,
    int Length,
    int Files,
    long LowestId,
    long HighestId
);

/// <param name="List">The list, all records one after the other.</param>
/// <param name="Segments">
/// Its table of segments; null where one path has so many records that no segment holds them.
/// </param>
/// <param name="Files">Records.</param>
public sealed record RequiredListSummary(ContentRef List, ContentRef? Segments, long Files);
