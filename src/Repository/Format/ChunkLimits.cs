namespace AlfrescoBackupFlows.Repository.Format;

/// <summary>Lengths that the format fixes, in bytes.</summary>
internal static class ChunkLimits
{
    /// <summary>The longest chunk, and where files are cut.</summary>
    public const int MaxChunkLength = ContentRef.MaxChunkBytes;

    /// <summary>Small chunks share a frame of up to this many plain bytes.</summary>
    public const int SharedFrameLength = 256 << 10;

    /// <summary>The longest pack that a reader accepts.</summary>
    public const int MaxPackLength = 64 << 20;

    /// <summary>Ids in one chunk of ids.</summary>
    public const int IdsPerChunk = 65_536;
}
