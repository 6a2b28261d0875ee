namespace AlfrescoBackupFlows.Platform.Files;

/// <summary>A new file that is being written. Faults are those of <see cref="TargetTree"/>.</summary>
public abstract class TargetFile : IDisposable
{
    /// <summary>Writes all bytes at <paramref name="offset"/>.</summary>
    public abstract void Write(ReadOnlySpan<byte> bytes, long offset);

    /// <inheritdoc cref="TargetTree.TrySetTimes"/>
    public abstract bool TrySetTimes(long mtimeNs);

    /// <inheritdoc cref="TargetTree.TrySetMode"/>
    public abstract bool TrySetMode(int mode);

    /// <inheritdoc cref="TargetTree.TrySetOwner"/>
    public abstract bool TrySetOwner(uint uid, uint gid);

    /// <summary>The file's bytes are on disk when this returns.</summary>
    public abstract void Flush();

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);
}
