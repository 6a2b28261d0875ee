using Microsoft.Win32.SafeHandles;

namespace AlfrescoBackupFlows.Platform.Files.Linux;

internal sealed class LinuxTargetDirectory(LinuxTargetTree tree, SafeFileHandle handle, byte[] path, bool isNew)
    : TargetDirectory
{
    private const int OwnersBits = 0x180; // 0600

    private static readonly int NewFile =
        OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoFollow;

    public override bool IsNew => isNew;

    public override FileStat? TryStat(ReadOnlySpan<byte> name)
    {
        TreePath.RequireName(name);
        int result = FileCalls.Stat(handle, name, followLinks: false, out FileStat stat);
        if (result < 0 && !LinuxTargetTree.IsAbsent(-result))
        {
            throw tree.Fault(PathOf(name), -result);
        }

        return result < 0 ? null : stat;
    }

    public override TargetFile ReplaceFile(ReadOnlySpan<byte> name, int mode)
    {
        TreePath.RequireName(name);

        // It has neither its owner nor its bytes yet: nobody else is let in before it has both.
        uint bits = (uint)(mode & OwnersBits);
        SafeFileHandle? file = FileCalls.OpenAt(handle, name, NewFile, out int error, bits);
        if (file is null && error == Errno.EEXIST)
        {
            error = LinuxTargetTree.Remove(handle, name);
            file = error == 0 ? FileCalls.OpenAt(handle, name, NewFile, out error, bits) : null;
        }

        byte[] place = PathOf(name);
        return file is null ? throw tree.Fault(place, error) : new LinuxTargetFile(tree, file, place);
    }

    public override SourceFile? TryOpenFile(ReadOnlySpan<byte> name)
    {
        TreePath.RequireName(name);

        // A pipe that somebody put there would be waited for.
        SafeFileHandle? file = FileCalls.OpenAt(handle, name, OpenFlags.NoFollow | OpenFlags.NonBlock, out int error);
        if (file is null)
        {
            return LinuxTargetTree.IsAbsent(error) || error == Errno.ENXIO
                ? null
                : throw tree.Fault(PathOf(name), error);
        }

        if (FileCalls.Stat(file, default, followLinks: false, out FileStat stat) == 0 && stat.Type == EntryType.File)
        {
            return new LinuxSourceFile(file, tree.PlaceOf(PathOf(name)));
        }

        file.Dispose();
        return null;
    }

    public override void Rename(ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
    {
        TreePath.RequireName(from);
        TreePath.RequireName(to);
        Check(to, FileCalls.Rename(handle, from, handle, to));
    }

    public override void Delete(ReadOnlySpan<byte> name)
    {
        TreePath.RequireName(name);
        Check(name, -LinuxTargetTree.Remove(handle, name));
    }

    private void Check(ReadOnlySpan<byte> name, int result)
    {
        if (result < 0)
        {
            throw tree.Fault(PathOf(name), -result);
        }
    }

    protected override void Dispose(bool disposing) => handle.Dispose();

    private byte[] PathOf(ReadOnlySpan<byte> name) => path.Length == 0 ? name.ToArray() : [.. path, (byte)'/', .. name];
}
