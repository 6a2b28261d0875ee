using Microsoft.Win32.SafeHandles;

namespace AlfrescoBackupFlows.Platform.Files.Linux;

internal sealed class LinuxTargetFile(LinuxTargetTree tree, SafeFileHandle file, string place) : TargetFile
{
    public override void Write(ReadOnlySpan<byte> bytes, long offset) =>
        tree.Check(place, ByteCalls.Write(file, bytes, offset));

    public override bool TrySetTimes(long mtimeNs) => tree.Allowed(place, FileCalls.SetMtime(file, default, mtimeNs));

    public override bool TrySetMode(int mode) =>
        tree.Allowed(place, FileCalls.Checked(Libc.FChmod(file, (uint)mode & 0xFFF)));

    public override bool TrySetOwner(uint uid, uint gid) =>
        tree.Allowed(place, FileCalls.SetOwner(file, default, uid, gid));

    public override void Flush() => tree.Check(place, FileCalls.Checked(Libc.FSync(file)));

    protected override void Dispose(bool disposing) => file.Dispose();
}
