using Microsoft.Win32.SafeHandles;

namespace AlfrescoBackupFlows.Platform.Files.Portable;

internal sealed class PortableSourceFile : SourceFile
{
    private readonly string _path;
    private readonly string _place;

    // Alfresco must stay able to write and delete while it is read.
    private readonly SafeFileHandle _file;

    public PortableSourceFile(string path, string place)
    {
        (_path, _place) = (path, place);
        _file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        Opened = Stat();
    }

    public override FileStat Opened { get; }

    public override FileStat Stat()
    {
        // By handle, so that a file that was replaced at its path is not mistaken for this one.
        var written = File.GetLastWriteTimeUtc(_file);
        return PortablePath.Stat(new FileInfo(_path)) with
        {
            Type = EntryType.File,
            Size = RandomAccess.GetLength(_file),
            MtimeNs = (written - DateTime.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick,
        };
    }

    public override int Read(Span<byte> buffer, long offset)
    {
        try
        {
            var total = 0;
            while (
                total < buffer.Length && RandomAccess.Read(_file, buffer[total..], offset + total) is var count and > 0
            )
            {
                total += count;
            }

            return total;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw PortableSourceTree.Unreadable(_place, e);
        }
    }

    protected override void Dispose(bool disposing) => _file.Dispose();
}
