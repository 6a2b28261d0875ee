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
    CheckTable = 9,
}
