using Microsoft.Win32.SafeHandles;

namespace AlfrescoBackupFlows.Platform.Files.Linux;

internal sealed class LinuxSourceFile(SafeFileHandle file, string place) : SourceFile
{
    public override FileStat Stat()
    {
        var result = FileCalls.Stat(file, default, followLinks: false, out var stat);
        return result == 0 ? stat : throw LinuxSourceTree.Unreadable(place, -result);
    }

    public override int Read(Span<byte> buffer, long offset)
    {
        var result = ByteCalls.Read(file, buffer, offset);
        return result >= 0 ? result : throw LinuxSourceTree.Unreadable(place, -result);
    }

    protected override void Dispose(bool disposing) => file.Dispose();
}
