using Microsoft.Win32.SafeHandles;

namespace AlfrescoBackupFlows.Platform.Files.Linux;

/// <summary>A directory of a target that was reached without following a link, and is held open. For one call at a
/// time.</summary>
internal sealed class KeptDirectory : IDisposable
{
    private readonly byte[] _path;
    private readonly FileStat _identity;

    private KeptDirectory(byte[] path, SafeFileHandle handle, FileStat identity)
    {
        (_path, Handle, _identity) = (path, handle, identity);
    }

    public SafeFileHandle Handle { get; }

    /// <summary>Null where there is no handle.</summary>
    public static KeptDirectory? TryTake(ReadOnlySpan<byte> path, SafeFileHandle? handle)
    {
        if (handle is null)
        {
            return null;
        }

        // Failing leaves the identity empty, which matches nothing: then it serves this one call.
        _ = FileCalls.Stat(handle, default, followLinks: false, out var identity);
        return new KeptDirectory(path.ToArray(), handle, identity);
    }

    /// <summary>Whether the path still leads to this directory: it may have been removed and made again, or replaced by
    /// a link.</summary>
    public bool IsStill(SafeFileHandle root, ReadOnlySpan<byte> path) =>
        path.SequenceEqual(_path)
        && FileCalls.Stat(root, path, followLinks: false, out var there) == 0
        && there.Type == EntryType.Directory
        && (there.Inode, there.Device) == (_identity.Inode, _identity.Device);

    public void Dispose() => Handle.Dispose();
}
