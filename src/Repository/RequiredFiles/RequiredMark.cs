using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.RequiredFiles;

/// <summary>A place in a list of required files from where it can be read on.</summary>
/// <param name="Chunk">The chunk that holds the next record's first byte.</param>
/// <param name="Offset">The next record's first byte in the list.</param>
/// <param name="Path">The path of the record before.</param>
/// <param name="Id">The id of the record before.</param>
internal sealed record RequiredMark(ChunkPosition Chunk, long Offset, byte[] Path, long Id);
