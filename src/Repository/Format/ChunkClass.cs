namespace AlfrescoBackupFlows.Repository.Format;

/// <summary>
/// What a chunk is for. A pack holds chunks of one class; the number is the object type in the pack's header.
/// </summary>
public enum ChunkClass : byte
{
    /// <summary>Files of the content stores and the keystore.</summary>
    Content = 5,

    /// <summary>The database dump.</summary>
    Dump = 6,

    /// <summary>The copy of the search index.</summary>
    Index = 7,

    /// <summary>Listings, lists of required files, lists of chunk ids.</summary>
    Metadata = 8,
}
