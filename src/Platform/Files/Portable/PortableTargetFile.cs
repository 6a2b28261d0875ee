using Microsoft.Win32.SafeHandles;

namespace AlfrescoBackupFlows.Platform.Files.Portable;

internal sealed class PortableTargetFile(PortableTargetTree tree, string place) : TargetFile
{
    private readonly SafeFileHandle _file = Create(place);

    public override void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        // A span cannot go into the guard's closure; the array is copied only here, off the Linux path.
        var copy = bytes.ToArray();
        tree.Guarded(
            place,
            () =>
            {
                RandomAccess.Write(_file, copy, offset);
                return true;
            }
        );
    }

    public override bool TrySetTimes(long mtimeNs) =>
        tree.Guarded(
            place,
            () =>
            {
                File.SetLastWriteTimeUtc(_file, PortablePath.Time(mtimeNs));
                return true;
            }
        );

    public override bool TrySetMode(int mode) => tree.TrySetMode(place, mode);

    public override bool TrySetOwner(uint uid, uint gid) => false;

    public override void Flush() =>
        tree.Guarded(
            place,
            () =>
            {
                RandomAccess.FlushToDisk(_file);
                return true;
            }
        );

    private static SafeFileHandle Create(string place)
    {
        var file = File.OpenHandle(place, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return file;
    }

    protected override void Dispose(bool disposing)
    {
        if (!_file.IsClosed)
        {
            // The tree's own flush does nothing here.
            Flush();
        }

        _file.Dispose();
    }
}
