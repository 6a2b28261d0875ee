using AlfrescoBackupFlows.Platform.Errors;
using Microsoft.Win32.SafeHandles;

namespace AlfrescoBackupFlows.Platform.Files.Linux;

/// <summary>A file that a target has already.</summary>
internal sealed class LinuxPresentFile(LinuxTargetTree tree, byte[] path, SafeFileHandle file, in FileStat opened)
    : LinuxReadableFile(file, opened)
{
    protected override AbfException Unreadable(int error) => LinuxSourceTree.Unreadable(tree.PlaceOf(path), error);
}
