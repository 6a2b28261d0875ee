using Microsoft.Win32.SafeHandles;

namespace AlfrescoBackupFlows.Platform.Files.Linux;

/// <summary>The kernel takes at most 4,095 bytes of path in one call: a longer one is walked part by part.</summary>
internal readonly ref struct LongPath
{
    private const int MaxBytes = 4_095;

    private readonly SafeFileHandle? _owned;

    private LongPath(SafeFileHandle directory, SafeFileHandle? owned, ReadOnlySpan<byte> rest, int error)
    {
        Directory = directory;
        _owned = owned;
        Rest = rest;
        Error = error;
    }

    public SafeFileHandle Directory { get; }

    public ReadOnlySpan<byte> Rest { get; }

    /// <summary>Not 0: the walk ended here.</summary>
    public int Error { get; }

    public static LongPath Walk(SafeFileHandle root, ReadOnlySpan<byte> path)
    {
        var directory = root;
        SafeFileHandle? owned = null;
        while (path.Length > MaxBytes)
        {
            var cut = path[..(MaxBytes + 1)].LastIndexOf((byte)'/');
            if (cut <= 0)
            {
                owned?.Dispose();
                return new LongPath(root, null, path, Errno.ENAMETOOLONG);
            }

            var next = FileCalls.OpenAt(
                directory,
                path[..cut],
                OpenFlags.PathOnly | OpenFlags.Directory,
                out var error
            );
            owned?.Dispose();
            if (next is null)
            {
                return new LongPath(root, null, path, error);
            }

            directory = owned = next;
            path = path[(cut + 1)..];
        }

        return new LongPath(directory, owned, path, 0);
    }

    public void Dispose() => _owned?.Dispose();
}
