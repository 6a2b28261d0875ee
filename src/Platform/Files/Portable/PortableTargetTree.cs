using System.Runtime.Versioning;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Platform.Files.Portable;

/// <summary>Writes through System.IO, for systems other than Linux. Links on the way are looked for before each
/// call.</summary>
internal sealed class PortableTargetTree : TargetTree
{
    private const int DiskFull = unchecked((int)0x80070070);
    private const int HandleDiskFull = unchecked((int)0x80070027);

    private PortableTargetTree(string rootPath)
        : base(rootPath) { }

    public static PortableTargetTree Open(string rootPath)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(rootPath));
        RefuseLink(full);
        return Directory.Exists(full)
            ? new PortableTargetTree(full)
            : throw new PermanentException(
                ErrorKind.Target,
                $"target '{rootPath}' does not exist or is not a directory"
            );
    }

    public override TargetTree OpenBeneath(ReadOnlySpan<byte> path)
    {
        CreateDirectory(path);
        return Open(Resolve(path));
    }

    public override void CreateDirectory(ReadOnlySpan<byte> path)
    {
        var place = Resolve(path);
        RefuseLink(place);
        Guarded(place, () => OperatingSystem.IsWindows() ? Directory.CreateDirectory(place) : CreatePrivate(place));
    }

    public override TargetDirectory OpenDirectory(ReadOnlySpan<byte> path)
    {
        CreateDirectory(path);
        return new PortableTargetDirectory(this, path.ToArray());
    }

    public override TargetDirectory? TryOpenDirectory(ReadOnlySpan<byte> path) =>
        TryStat(path) is { Type: EntryType.Directory } ? new PortableTargetDirectory(this, path.ToArray()) : null;

    public override TargetFile CreateFile(ReadOnlySpan<byte> path)
    {
        var place = Resolve(path);
        return Guarded(place, () => new PortableTargetFile(this, place));
    }

    public override FileStat? TryStat(ReadOnlySpan<byte> path)
    {
        return PortablePath.TryResolve(RootPath, path) is { } place && FindLinkAbove(place) is null
            ? Guarded(place, () => PortablePath.Find(place) is { } info ? PortablePath.Stat(info) : (FileStat?)null)
            : null;
    }

    public override void Delete(ReadOnlySpan<byte> path)
    {
        var place = Resolve(path);
        Guarded(
            place,
            () =>
            {
                PortablePath.Find(place)?.Delete();
                return true;
            }
        );
    }

    internal SourceFile OpenFile(ReadOnlySpan<byte> path)
    {
        var place = Resolve(path);
        return Guarded(place, () => new PortableSourceFile(place, place));
    }

    internal void Rename(ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
    {
        var (old, place) = (Resolve(from), Resolve(to));
        Guarded(
            place,
            () =>
            {
                File.Move(old, place, overwrite: true);
                return true;
            }
        );
    }

    public override bool TrySetTimes(ReadOnlySpan<byte> path, long mtimeNs)
    {
        var place = Resolve(path);
        return Guarded(
            place,
            () =>
            {
                if (Directory.Exists(place))
                {
                    Directory.SetLastWriteTimeUtc(place, PortablePath.Time(mtimeNs));
                }
                else
                {
                    File.SetLastWriteTimeUtc(place, PortablePath.Time(mtimeNs));
                }

                return true;
            }
        );
    }

    public override bool TrySetMode(ReadOnlySpan<byte> path, int mode)
    {
        var place = Resolve(path);
        RefuseLink(place);
        return TrySetMode(place, mode);
    }

    public override bool TrySetOwner(ReadOnlySpan<byte> path, uint uid, uint gid) => false;

    public override void Flush()
    {
        // No call flushes a whole volume without special rights: files are flushed one by one, as they are closed.
    }

    internal bool TrySetMode(string place, int mode) =>
        Guarded(
            place,
            () =>
            {
                if (OperatingSystem.IsWindows())
                {
                    return false;
                }

                File.SetUnixFileMode(place, (UnixFileMode)(mode & 0xFFF));
                return true;
            }
        );

    internal T Guarded<T>(string place, Func<T> call)
    {
        try
        {
            return call();
        }
        catch (IOException e) when (e.HResult is DiskFull or HandleDiskFull)
        {
            throw Full(place, "the disk is full", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PermanentException(ErrorKind.Target, $"target '{place}' cannot be written: {e.Message}", e);
        }
    }

    protected override void Dispose(bool disposing)
    {
        // Nothing is held open.
    }

    private string Resolve(ReadOnlySpan<byte> path)
    {
        var place =
            PortablePath.TryResolve(RootPath, path)
            ?? throw new PermanentException(
                ErrorKind.Target,
                $"target '{Describe(path)}': this system has no such name; restore on Linux, or leave this path out"
            );
        return FindLinkAbove(place) is { } link ? throw IsLink(link) : place;
    }

    private string? FindLinkAbove(string place)
    {
        for (
            var above = Path.GetDirectoryName(place);
            above is not null && above.Length > RootPath.Length;
            above = Path.GetDirectoryName(above)
        )
        {
            if (new DirectoryInfo(above).LinkTarget is not null)
            {
                return above;
            }
        }

        return null;
    }

    private static void RefuseLink(string place)
    {
        if (new DirectoryInfo(place).LinkTarget is not null)
        {
            throw IsLink(place);
        }
    }

    private static PermanentException IsLink(string place) =>
        new(ErrorKind.Target, $"target '{place}' is a symbolic link, which a restore never follows; remove it");

    /// <summary>Level by level: only the last one that .NET makes gets the mode.</summary>
    [UnsupportedOSPlatform("windows")]
    private static DirectoryInfo CreatePrivate(string place)
    {
        if (Path.GetDirectoryName(place) is { } above && !Directory.Exists(above))
        {
            CreatePrivate(above);
        }

        return Directory.CreateDirectory(
            place,
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        );
    }
}
