namespace AlfrescoBackupFlows.Platform.Files.Portable;

/// <summary>Writes through System.IO, for systems other than Linux. Links on the way are looked for before each call.</summary>
internal sealed class PortableTargetTree : TargetTree
{
    private const int DiskFull = unchecked((int)0x80070070);
    private const int HandleDiskFull = unchecked((int)0x80070027);

    private PortableTargetTree(string rootPath)
        : base(rootPath)
    {
    }

    public static PortableTargetTree Open(string rootPath)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(rootPath));
        return Directory.Exists(full)
            ? new PortableTargetTree(full)
            : throw new PermanentException(ErrorKind.Target, $"target '{rootPath}' does not exist or is not a directory");
    }

    public override void CreateDirectory(ReadOnlySpan<byte> path)
    {
        var place = Resolve(path);
        Guarded(place, () => Directory.CreateDirectory(place));
    }

    public override TargetFile CreateFile(ReadOnlySpan<byte> path)
    {
        var place = Resolve(path);
        return Guarded(place, () => new PortableTargetFile(this, place));
    }

    public override FileStat? TryStat(ReadOnlySpan<byte> path)
    {
        var place = Resolve(path);
        return Guarded(place, () => PortablePath.Find(place) is { } info ? PortablePath.Stat(info) : (FileStat?)null);
    }

    public override void Delete(ReadOnlySpan<byte> path)
    {
        var place = Resolve(path);
        Guarded(place, () =>
        {
            PortablePath.Find(place)?.Delete();
            return true;
        });
    }

    public override bool TrySetTimes(ReadOnlySpan<byte> path, long mtimeNs)
    {
        var place = Resolve(path);
        return Guarded(place, () =>
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
        });
    }

    public override bool TrySetMode(ReadOnlySpan<byte> path, int mode) => TrySetMode(Resolve(path), mode);

    public override bool TrySetOwner(ReadOnlySpan<byte> path, uint uid, uint gid) => false;

    public override void Flush()
    {
        // No call flushes a whole volume without special rights: files are flushed one by one, as they are closed.
    }

    internal bool TrySetMode(string place, int mode) => Guarded(place, () =>
    {
        if (OperatingSystem.IsWindows())
        {
            return false;
        }

        File.SetUnixFileMode(place, (UnixFileMode)(mode & 0xFFF));
        return true;
    });

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
        var place = PortablePath.TryResolve(RootPath, path)
            ?? throw new PermanentException(ErrorKind.Target, $"target '{Describe(path)}': this system has no such name; restore on Linux, or leave this path out");
        for (var above = Path.GetDirectoryName(place); above is not null && above.Length > RootPath.Length; above = Path.GetDirectoryName(above))
        {
            if (new DirectoryInfo(above).LinkTarget is not null)
            {
                throw new PermanentException(ErrorKind.Target, $"target '{above}' is a symbolic link, which a restore never follows; remove it");
            }
        }

        return place;
    }
}
