using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Chunks;

/// <summary>Stores the bytes of files, of dumps and of the search index.</summary>
public interface IContentWriter
{
    /// <summary>
    /// Stores a stream from where it stands to its end, in chunks of the class; what is stored already is not stored
    /// again. Dumps are cut by content, everything else every 16 MiB. The stream stays open.
    /// </summary>
    Task<ContentRef> WriteAsync(ChunkClass chunkClass, Stream bytes, CancellationToken cancellationToken);
}
