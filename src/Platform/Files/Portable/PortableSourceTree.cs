using System.Text;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Platform.Files.Portable;

/// <summary>Reads through System.IO, for systems other than Linux: names as UTF-8, no owners, no change
/// times.</summary>
internal sealed class PortableSourceTree : SourceTree
{
    private PortableSourceTree(string rootPath)
        : base(rootPath) { }

    public override bool KeepsDirectoryTimes => false;

    public static new PortableSourceTree Open(string rootPath)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(rootPath));
        return Directory.Exists(full)
            ? new PortableSourceTree(full)
            : throw new PermanentException(
                ErrorKind.Source,
                $"directory '{rootPath}' does not exist or is not a directory"
            );
    }

    public override bool KeepsTimesOf(in FileStat directory) => false;

    public override FileStat? TryStat(ReadOnlySpan<byte> path, bool followLinks = false)
    {
        var info = Find(path, followLinks);
        return info is null ? null : PortablePath.Stat(info);
    }

    public override IReadOnlyList<SourceEntry>? TryReadDirectory(ReadOnlySpan<byte> path, bool followLinks = false)
    {
        if (Find(path, followLinks) is not DirectoryInfo directory)
        {
            return null;
        }

        try
        {
            SourceEntry[] entries =
            [
                .. directory
                    .EnumerateFileSystemInfos(
                        "*",
                        new EnumerationOptions { AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false }
                    )
                    .Select(static info => new SourceEntry(
                        Encoding.UTF8.GetBytes(info.Name),
                        PortablePath.Stat(info).Type
                    )),
            ];
            SortByName(entries);
            return entries;
        }
        catch (DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(Describe(path), e);
        }
    }

    public override SourceFile? TryOpen(ReadOnlySpan<byte> path, bool followLinks = false)
    {
        var info = Find(path, followLinks);
        if (info is null)
        {
            return null;
        }

        var type = PortablePath.Stat(info).Type;
        if (type != EntryType.File)
        {
            throw new SourceUnreadableException(
                type == EntryType.Symlink ? UnreadableReason.Link : UnreadableReason.NotAFile,
                $"'{Describe(path)}' is not a regular file"
            );
        }

        try
        {
            return new PortableSourceFile(info.FullName, Describe(path));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(Describe(path), e);
        }
    }

    internal static SourceUnreadableException Unreadable(string place, Exception cause) =>
        new(
            cause is UnauthorizedAccessException ? UnreadableReason.AccessDenied : UnreadableReason.Fault,
            $"'{place}' cannot be read: {cause.Message}",
            cause
        );

    protected override void Dispose(bool disposing)
    {
        // Nothing is held open.
    }

    private FileSystemInfo? Find(ReadOnlySpan<byte> path, bool followLinks)
    {
        if (PortablePath.TryResolve(RootPath, path) is not { } place || PortablePath.Find(place) is not { } info)
        {
            return null;
        }

        try
        {
            if (info.LinkTarget is null || (!followLinks && !path.IsEmpty))
            {
                return info;
            }

            var target = info.ResolveLinkTarget(returnFinalTarget: true);
            return target is null ? info : PortablePath.Find(target.FullName);
        }
        catch (IOException e)
        {
            throw new SourceUnreadableException(
                UnreadableReason.Link,
                $"'{Describe(path)}' is a symbolic link that leads nowhere: {e.Message}",
                e
            );
        }
        catch (UnauthorizedAccessException e)
        {
            throw Unreadable(Describe(path), e);
        }
    }
}
