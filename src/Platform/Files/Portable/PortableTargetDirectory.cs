namespace AlfrescoBackupFlows.Platform.Files.Portable;

/// <summary>Goes by the path each time, with the tree's own look for links.</summary>
internal sealed class PortableTargetDirectory(PortableTargetTree tree, byte[] path) : TargetDirectory
{
    public override bool IsNew => false;

    public override FileStat? TryStat(ReadOnlySpan<byte> name) => tree.TryStat(PathOf(name));

    public override TargetFile ReplaceFile(ReadOnlySpan<byte> name, int mode)
    {
        byte[] place = PathOf(name);
        tree.Delete(place);
        return tree.CreateFile(place);
    }

    public override SourceFile? TryOpenFile(ReadOnlySpan<byte> name)
    {
        byte[] place = PathOf(name);
        return tree.TryStat(place) is { Type: EntryType.File } ? tree.OpenFile(place) : null;
    }

    public override void Rename(ReadOnlySpan<byte> from, ReadOnlySpan<byte> to) =>
        tree.Rename(PathOf(from), PathOf(to));

    public override void Delete(ReadOnlySpan<byte> name) => tree.Delete(PathOf(name));

    protected override void Dispose(bool disposing)
    {
        // Nothing is held open.
    }

    private byte[] PathOf(ReadOnlySpan<byte> name)
    {
        TreePath.RequireName(name);
        return path.Length == 0 ? name.ToArray() : [.. path, (byte)'/', .. name];
    }
}
