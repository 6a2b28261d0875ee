namespace AlfrescoBackupFlows.Platform.Files.Linux;

/// <summary>Magic numbers of file systems (statfs(2)).</summary>
internal static class FileSystems
{
    /// <summary>Local file systems that change a directory's mtime and ctime whenever a name in it appears or
    /// goes.</summary>
    public static bool KeepsDirectoryTimes(uint magic) =>
        magic
            is 0xEF53 // ext2, ext3, ext4
                or 0x58465342 // xfs
                or 0x9123683E // btrfs
                or 0x01021994 // tmpfs
                or 0xF2F52010 // f2fs
                or 0x2FC12FC1 // zfs
                or 0x3153464A; // jfs
}
