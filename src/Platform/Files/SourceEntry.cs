namespace AlfrescoBackupFlows.Platform.Files;

/// <summary>A name in a directory: its bytes as the file system keeps them, without a slash, and what it was when the
/// directory was read.</summary>
public readonly record struct SourceEntry(byte[] Name, EntryType Type);
