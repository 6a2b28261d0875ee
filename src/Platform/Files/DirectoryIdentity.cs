namespace AlfrescoBackupFlows.Platform.Files;

/// <summary>
/// Which directory stands at a path: another one after its volume was unmounted or something was put in its place.
/// Where a system has no such numbers (all but Linux), every directory is the same.
/// </summary>
public readonly record struct DirectoryIdentity(ulong Device, ulong Inode);
