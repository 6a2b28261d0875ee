namespace AlfrescoBackupFlows.Platform.Files;

/// <summary>A regular file opened for reading. Not affected by a later rename or delete. Reads may run in
/// parallel.</summary>
public abstract class SourceFile : IDisposable
{
    /// <summary>The state of the file when it was opened.</summary>
    public abstract FileStat Opened { get; }

    /// <summary>The state of the open file, now. Two calls that differ mean that it was written in between.</summary>
    public abstract FileStat Stat();

    /// <summary>
    /// Reads at <paramref name="offset"/>; fewer bytes than asked only at the end, 0 past it. Of a file that grew since
    /// its state was told last, the end may be that of then. A fault is a <see cref="SourceUnreadableException"/>.
    /// </summary>
    public abstract int Read(Span<byte> buffer, long offset);

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);
}
