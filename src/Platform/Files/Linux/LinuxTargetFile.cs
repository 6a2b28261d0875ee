using Microsoft.Win32.SafeHandles;

namespace AlfrescoBackupFlows.Platform.Files.Linux;

/// <summary>What the new file has already is not set once more.</summary>
internal sealed class LinuxTargetFile(LinuxTargetTree tree, SafeFileHandle file, byte[] path) : TargetFile
{
    private const int ModeBits = 0xFFF;

    /// <summary>As the file stands; null: not looked at since the last change.</summary>
    private FileStat? _stat;

    public override void Write(ReadOnlySpan<byte> bytes, long offset) => Check(ByteCalls.Write(file, bytes, offset));

    public override bool TrySetTimes(long mtimeNs) => tree.Allowed(path, FileCalls.SetMtime(file, default, mtimeNs));

    public override bool TrySetMode(int mode)
    {
        if (Look() is { } stat && stat.Mode == (mode & ModeBits))
        {
            return true;
        }

        _stat = null;
        return tree.Allowed(path, FileCalls.Checked(Libc.FChmod(file, (uint)(mode & ModeBits))));
    }

    public override bool TrySetOwner(uint uid, uint gid)
    {
        if (Look() is { } stat && (stat.Uid, stat.Gid) == (uid, gid))
        {
            return true;
        }

        _stat = null;
        return tree.Allowed(path, FileCalls.SetOwner(file, default, uid, gid));
    }

    public override void Flush() => Check(FileCalls.Checked(Libc.FSync(file)));

    protected override void Dispose(bool disposing) => file.Dispose();

    private void Check(int result)
    {
        if (result < 0)
        {
            throw tree.Fault(path, -result);
        }
    }

    /// <summary>Null where it cannot be told.</summary>
    private FileStat? Look()
    {
        if (_stat is null && FileCalls.Stat(file, default, followLinks: false, out FileStat stat) == 0)
        {
            _stat = stat;
        }

        return _stat;
    }
}
