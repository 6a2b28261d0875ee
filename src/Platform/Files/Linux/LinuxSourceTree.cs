using System.Runtime.InteropServices;
using AlfrescoBackupFlows.Platform.Errors;
using Microsoft.Win32.SafeHandles;

namespace AlfrescoBackupFlows.Platform.Files.Linux;

internal sealed class LinuxSourceTree : SourceTree
{
    private readonly SafeFileHandle _root;
    private readonly ulong _device;
    private readonly LastDirectory _last = new();

    // Only a file's owner and root may ask that the access time stay; the first refusal ends the asking.
    private volatile bool _askNoAtime = true;

    private LinuxSourceTree(string rootPath, SafeFileHandle root, ulong device)
        : base(rootPath)
    {
        _root = root;
        _device = device;
        KeepsDirectoryTimes = FileSystems.KeepsDirectoryTimes(FileSystemCalls.FileSystemMagic(root));
    }

    public override bool KeepsDirectoryTimes { get; }

    public static new LinuxSourceTree Open(string rootPath)
    {
        var root = FileCalls.OpenRoot(rootPath, OpenFlags.Directory, out var error);
        if (root is null)
        {
            var why = error switch
            {
                Errno.ENOENT => "does not exist",
                Errno.ENOTDIR => "is not a directory",
                Errno.EACCES or Errno.EPERM =>
                    $"may not be read by user '{Environment.UserName}'; give it read and search rights",
                _ => $"cannot be opened: {Marshal.GetPInvokeErrorMessage(error)}",
            };
            throw new PermanentException(ErrorKind.Source, $"directory '{rootPath}' {why}");
        }

        _ = FileCalls.Stat(root, default, followLinks: false, out var stat);
        return new LinuxSourceTree(rootPath, root, stat.Device);
    }

    public override bool KeepsTimesOf(in FileStat directory) => KeepsDirectoryTimes && directory.Device == _device;

    public override FileStat? TryStat(ReadOnlySpan<byte> path, bool followLinks = false)
    {
        TreePath.Require(path);
        if (TryStatInLast(path, followLinks) is { } known)
        {
            return known;
        }

        using var place = LongPath.Walk(_root, path);
        if (place.Error != 0)
        {
            return IsAbsence(place.Error) ? null : throw Unreadable(path, place.Error);
        }

        var result = FileCalls.Stat(place.Directory, place.Rest, followLinks, out var stat);
        return result == 0 ? stat
            : IsAbsence(-result) ? null
            : throw Unreadable(path, -result);
    }

    public override IReadOnlyList<SourceEntry>? TryReadDirectory(ReadOnlySpan<byte> path, bool followLinks = false)
    {
        TreePath.Require(path);
        var directory = OpenForReading(path, OpenFlags.Directory, followLinks, out var error);
        var entries = directory is null ? null : DirectoryReader.Read(directory, out error);
        if (entries is null)
        {
            directory?.Dispose();
            return IsAbsence(error) ? null : throw Unreadable(path, error);
        }

        _last.Keep(path.ToArray(), directory!);
        SortByName(entries);
        return entries;
    }

    public override SourceFile? TryOpen(ReadOnlySpan<byte> path, bool followLinks = false)
    {
        TreePath.Require(path);

        // Without NonBlock, opening a pipe would wait for a writer.
        var error = 0;
        var handle =
            TryOpenInLast(path, OpenFlags.NonBlock, followLinks)
            ?? OpenForReading(path, OpenFlags.NonBlock, followLinks, out error);
        if (handle is null)
        {
            return IsAbsence(error) ? null : throw Unreadable(path, error);
        }

        var result = FileCalls.Stat(handle, default, followLinks: false, out var stat);
        if (result == 0 && stat.Type == EntryType.File)
        {
            return new LinuxSourceFile(this, path.ToArray(), handle, stat);
        }

        handle.Dispose();
        throw result < 0
            ? Unreadable(path, -result)
            : new SourceUnreadableException(UnreadableReason.NotAFile, $"'{Describe(path)}' is not a regular file");
    }

    internal AbfException Unreadable(ReadOnlySpan<byte> path, int error) =>
        error is Errno.EMFILE or Errno.ENFILE or Errno.ENOMEM
            ? new TransientException(
                ErrorKind.Source,
                $"'{Describe(path)}' cannot be opened now: {Marshal.GetPInvokeErrorMessage(error)}; raise the limit of open files (LimitNOFILE) if this stays"
            )
            : Unreadable(Describe(path), error);

    private static SourceUnreadableException Unreadable(string place, int error)
    {
        var reason = error switch
        {
            Errno.EACCES or Errno.EPERM => UnreadableReason.AccessDenied,
            Errno.ELOOP => UnreadableReason.Link,
            Errno.ENXIO or Errno.ENODEV or Errno.EISDIR => UnreadableReason.NotAFile,
            _ => UnreadableReason.Fault,
        };
        return new SourceUnreadableException(
            reason,
            $"'{place}' cannot be read: {Marshal.GetPInvokeErrorMessage(error)}"
        );
    }

    protected override void Dispose(bool disposing)
    {
        _last.Dispose();
        _root.Dispose();
    }

    /// <summary>A file in the place of a directory, or a name that no file can have, mean the same as no entry: it is
    /// not there.</summary>
    private static bool IsAbsence(int error) => error is Errno.ENOENT or Errno.ENOTDIR or Errno.ENAMETOOLONG;

    /// <summary>
    /// Null where the whole path must be asked: another directory was read last, or the call failed. So an entry that is
    /// not in the directory as it was opened, such as one that was made anew since, is still found.
    /// </summary>
    private FileStat? TryStatInLast(ReadOnlySpan<byte> path, bool followLinks)
    {
        if (_last.TryTake(path) is not { } directory)
        {
            return null;
        }

        var result = FileCalls.Stat(directory.Handle, NameOf(path), followLinks, out var stat);
        _last.GiveBack(directory);
        return result == 0 ? stat : null;
    }

    /// <inheritdoc cref="TryStatInLast"/>
    private SafeFileHandle? TryOpenInLast(ReadOnlySpan<byte> path, int flags, bool followLinks)
    {
        if (_last.TryTake(path) is not { } directory)
        {
            return null;
        }

        var handle = Open(directory.Handle, NameOf(path), flags, followLinks, out _);
        _last.GiveBack(directory);
        return handle;
    }

    private static ReadOnlySpan<byte> NameOf(ReadOnlySpan<byte> path) => path[(path.LastIndexOf((byte)'/') + 1)..];

    private SafeFileHandle? OpenForReading(ReadOnlySpan<byte> path, int flags, bool followLinks, out int error)
    {
        using var place = LongPath.Walk(_root, path);
        if (place.Error != 0)
        {
            error = place.Error;
            return null;
        }

        var name = place.Rest.IsEmpty ? "."u8 : place.Rest;
        return Open(place.Directory, name, flags, followLinks, out error);
    }

    private SafeFileHandle? Open(
        SafeFileHandle directory,
        ReadOnlySpan<byte> name,
        int flags,
        bool followLinks,
        out int error
    )
    {
        flags |= followLinks ? 0 : OpenFlags.NoFollow;
        if (_askNoAtime)
        {
            var handle = FileCalls.OpenAt(directory, name, flags | OpenFlags.NoAtime, out error);
            if (error != Errno.EPERM)
            {
                return handle;
            }

            _askNoAtime = false;
        }

        return FileCalls.OpenAt(directory, name, flags, out error);
    }
}
