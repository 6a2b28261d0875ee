namespace AlfrescoBackupFlows.Platform.Files;

/// <summary>
/// A directory of a <see cref="TargetTree"/> that is held open: what is asked for by name here needs no way from the
/// root. Links are not followed, and faults are those of the tree. For one thread at a time.
/// </summary>
public abstract class TargetDirectory : IDisposable
{
    /// <summary>Opening it made it, so that nothing can be in it yet. False where that cannot be told.</summary>
    public abstract bool IsNew { get; }

    /// <inheritdoc cref="TargetTree.TryStat"/>
    public abstract FileStat? TryStat(ReadOnlySpan<byte> name);

    /// <summary>
    /// Makes a file. A file, a link or an empty directory that has the name is removed; anything else is a fault.
    /// </summary>
    /// <param name="name">Without a <c>/</c>.</param>
    /// <param name="mode">
    /// Of these bits it has at most the owner's for reading and writing until <see cref="TargetFile.TrySetMode"/> gives
    /// it exactly these: nobody else may open a file that is not whole, or not its owner's yet.
    /// </param>
    public abstract TargetFile ReplaceFile(ReadOnlySpan<byte> name, int mode);

    /// <summary>Opens a file for reading; null where there is none, or something else has the name.</summary>
    public abstract SourceFile? TryOpenFile(ReadOnlySpan<byte> name);

    /// <summary>Gives a file another name here. A file or a link that has it is replaced in one step.</summary>
    public abstract void Rename(ReadOnlySpan<byte> from, ReadOnlySpan<byte> to);

    /// <inheritdoc cref="TargetTree.Delete"/>
    public abstract void Delete(ReadOnlySpan<byte> name);

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);
}
