namespace AlfrescoBackupFlows.Repository.Crypto;

/// <summary>The object types of a sealed blob's header.</summary>
internal enum ObjectType : byte
{
    LogEntry = 1,
    Index = 2,
    Page = 3,
    Receipt = 4,
    ContentPack = 5,
    DumpPack = 6,
    IndexPack = 7,
    MetadataPack = 8,
}

/// <summary>Seals and opens the blobs that have a single frame. Damage, a foreign blob or a wrong key is a <see cref="PermanentException"/> of kind Repository.</summary>
internal interface IObjectCipher
{
    byte[] Seal(ObjectType type, string blobName, ReadOnlySpan<byte> plain);

    byte[] Open(ObjectType type, string blobName, ReadOnlyMemory<byte> blob);

    /// <summary>In which way the blob claims to be of a newer format than this program reads, a clause; null where it does not. Not authenticated.</summary>
    string? NewerThanThis(ObjectType type, ReadOnlySpan<byte> blob);
}
