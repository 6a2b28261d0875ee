using AlfrescoBackupFlows.Platform.Errors;
using Microsoft.Win32.SafeHandles;

namespace AlfrescoBackupFlows.Platform.Files.Linux;

internal sealed class LinuxSourceFile(LinuxSourceTree tree, byte[] path, SafeFileHandle file, in FileStat opened)
    : LinuxReadableFile(file, opened)
{
    protected override AbfException Unreadable(int error) => tree.Unreadable(path, error);
}
