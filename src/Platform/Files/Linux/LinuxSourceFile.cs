using Microsoft.Win32.SafeHandles;

namespace AlfrescoBackupFlows.Platform.Files.Linux;

internal sealed class LinuxSourceFile(LinuxSourceTree tree, byte[] path, SafeFileHandle file, in FileStat opened)
    : SourceFile
{
    /// <summary>As told last: who has read up to there need not ask whether more follows.</summary>
    private long _size = opened.Size;

    public override FileStat Opened { get; } = opened;

    public override FileStat Stat()
    {
        var result = FileCalls.Stat(file, default, followLinks: false, out var stat);
        Volatile.Write(ref _size, stat.Size);
        return result == 0 ? stat : throw tree.Unreadable(path, -result);
    }

    public override int Read(Span<byte> buffer, long offset)
    {
        // A file system that tells no sizes says 0.
        var rest = Volatile.Read(ref _size) is var size && size > offset ? size - offset : long.MaxValue;
        var wanted = (int)Math.Min(buffer.Length, rest);
        var result = ByteCalls.Read(file, buffer[..wanted], offset);
        return result >= 0 ? result : throw tree.Unreadable(path, -result);
    }

    protected override void Dispose(bool disposing) => file.Dispose();
}
