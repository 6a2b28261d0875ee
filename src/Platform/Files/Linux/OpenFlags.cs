using System.Runtime.InteropServices;

namespace AlfrescoBackupFlows.Platform.Files.Linux;

/// <summary>Flags of <c>openat</c> and its kin (Linux <c>fcntl.h</c>). Two of them differ between
/// architectures.</summary>
internal static class OpenFlags
{
    public const int WriteOnly = 0x1;
    public const int ReadWrite = 0x2;
    public const int Create = 0x40;
    public const int Exclusive = 0x80;
    public const int Append = 0x400;
    public const int NonBlock = 0x800;
    public const int NoAtime = 0x40000;
    public const int CloseOnExec = 0x80000;
    public const int PathOnly = 0x200000;

    public const int AtSymlinkNoFollow = 0x100;
    public const int AtRemoveDirectory = 0x200;
    public const int AtEmptyPath = 0x1000;

    private static readonly bool Arm =
        RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm or Architecture.Ppc64le;

    public static int Directory { get; } = Arm ? 0x4000 : 0x10000;

    public static int NoFollow { get; } = Arm ? 0x8000 : 0x20000;
}
