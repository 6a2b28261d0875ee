namespace AlfrescoBackupFlows.Platform.Files;

/// <summary>What a name in a directory is. Sockets, pipes and devices are <see cref="Other"/>.</summary>
public enum EntryType : byte
{
    Directory,
    File,
    Symlink,
    Other,
}
