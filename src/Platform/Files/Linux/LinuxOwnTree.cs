using System.Text;
using Microsoft.Win32.SafeHandles;

namespace AlfrescoBackupFlows.Platform.Files.Linux;

/// <summary>Every call is relative to a directory that <see cref="OwnWalk"/> opened, and follows no link.</summary>
internal sealed class LinuxOwnTree : OwnTree
{
    private readonly OwnWalk _walk;

    public LinuxOwnTree(string root, string within, bool isPrivate)
        : base(root, within, isPrivate)
    {
        _walk = new OwnWalk(root, isPrivate, Refuse);
    }

    /// <summary>Without the right to write for others, whatever the umask.</summary>
    private uint FileMode => IsPrivate ? 0x180u : 0x1B4u; // 0600, 0664

    public override DirectoryIdentity? TryIdentify()
    {
        using SafeFileHandle? own = Enter("", Way.Read);
        return own is not null && OwnWalk.StatOf(own, Location) is var stat
            ? new DirectoryIdentity(stat.Device, stat.Inode)
            : null;
    }

    public override FileStat? TryStat(string path)
    {
        using SafeFileHandle? directory = Enter(ParentOf(path), Way.Read);
        return directory is null ? null : TryStat(directory, path);
    }

    public override FileStat?[] TryStatAll(string directory, IReadOnlyList<string> names)
    {
        using SafeFileHandle? found = Enter(directory, Way.Read);
        return found is null
            ? new FileStat?[names.Count]
            : [.. names.Select(name => TryStat(found, PathIn(directory, name)))];
    }

    public override SafeFileHandle? TryOpenRead(string path)
    {
        using SafeFileHandle? directory = Enter(ParentOf(path), Way.Read);
        if (directory is null)
        {
            return null;
        }

        // Without NonBlock, opening a pipe would wait for a writer.
        SafeFileHandle? file = FileCalls.OpenAt(
            directory,
            NameOf(path),
            OpenFlags.NoFollow | OpenFlags.NonBlock,
            out int error
        );
        return file is not null ? RequireFile(file, path, checkOwner: IsPrivate)
            : TryStat(directory, path) is { Type: EntryType.File } ? throw Failure(path, error)
            : null;
    }

    public override FileStream OpenAppend(string path)
    {
        using SafeFileHandle directory = Require(ParentOf(path), Way.Write);
        var stream = new FileStream(
            OpenToWrite(directory, path, OpenFlags.WriteOnly | OpenFlags.Append),
            FileAccess.Write,
            bufferSize: 0 // what could not be written is not tried again when it is closed
        );
        stream.Seek(0, SeekOrigin.End);
        return stream;
    }

    public override IDisposable? TryLock(string path)
    {
        using SafeFileHandle directory = Require(ParentOf(path), Way.Write);
        return FileLock.TryTake(OpenToWrite(directory, path, OpenFlags.ReadWrite));
    }

    public override string? LockHolder(string path) => TryStat(path) is { } stat ? LockHolders.Find(stat) : null;

    public override bool IsLocked(string path)
    {
        if (TryOpenRead(path) is not { } file)
        {
            return false;
        }

        using FileLock? free = FileLock.TryTake(file, shared: true);
        return free is null;
    }

    public override bool TryCreate(string path, string temporary, ReadOnlySpan<byte> content)
    {
        using SafeFileHandle directory = Require(ParentOf(path), Way.Create);
        using SafeFileHandle scratch = Require(ParentOf(temporary), Way.Create);
        try
        {
            WriteNew(scratch, temporary, content);
            bool created;
            try
            {
                created = TryPublish(scratch, temporary, directory, path);
            }
            catch (IOException) when (HasContent(directory, path, content))
            {
                // A network file system may lose the answer of a call that succeeded.
                created = true;
            }

            // Also where the name was taken: whoever took it may have been killed before it flushed, and the caller
            // relies on the file from now on.
            OwnWalk.Flush(directory, Describe(path));
            return created;
        }
        finally
        {
            Unlink(scratch, temporary);
        }
    }

    public override void Replace(string path, string temporary, ReadOnlySpan<byte> content)
    {
        using SafeFileHandle directory = Require(ParentOf(path), Way.Create);
        using SafeFileHandle scratch = Require(ParentOf(temporary), Way.Create);
        try
        {
            WriteNew(scratch, temporary, content);
            Check(FileCalls.Rename(scratch, NameOf(temporary), directory, NameOf(path)), path);
            OwnWalk.Flush(directory, Describe(path));
        }
        finally
        {
            Unlink(scratch, temporary);
        }
    }

    public override void Move(string path, string newPath)
    {
        using SafeFileHandle from = Require(ParentOf(path), Way.Write);
        using SafeFileHandle to = Require(ParentOf(newPath), Way.Write);
        Check(FileCalls.Rename(from, NameOf(path), to, NameOf(newPath)), path);
    }

    public override bool Delete(string path)
    {
        using SafeFileHandle? directory = Enter(ParentOf(path), Way.Write);
        if (directory is null || TryStat(directory, path) is not { Type: EntryType.File } || !Unlink(directory, path))
        {
            return false;
        }

        OwnWalk.Flush(directory, Describe(path));
        return true;
    }

    /// <summary>
    /// Several directories at once: a disk that is busy takes milliseconds for each file. They are flushed once everything
    /// is deleted: a file system with a journal then writes that once, and the first flush waits for it.
    /// </summary>
    public override bool[] DeleteAll(IReadOnlyList<string> paths)
    {
        bool[] deleted = new bool[paths.Count];
        ILookup<string, int> directories = Enumerable.Range(0, deleted.Length).ToLookup(i => ParentOf(paths[i]));
        try
        {
            BlockingCalls.ForEach([.. directories], DeleteIn);
        }
        finally
        {
            BlockingCalls.ForEach([.. directories.Select(files => files.Key)], FlushNames);
        }

        return deleted;

        void DeleteIn(IGrouping<string, int> files)
        {
            using SafeFileHandle? directory = Enter(files.Key, Way.Write);
            if (directory is not null)
            {
                foreach (int i in files)
                {
                    deleted[i] =
                        TryStat(directory, paths[i]) is { Type: EntryType.File } && Unlink(directory, paths[i]);
                }
            }
        }

        void FlushNames(string directory)
        {
            using SafeFileHandle? found = Enter(directory, Way.Write);
            if (found is not null)
            {
                OwnWalk.Flush(found, Describe(directory));
            }
        }
    }

    public override void CreateDirectory(string path) => Require(path, Way.Create).Dispose();

    public override bool TryVisit(string directory, EntryVisitor visit)
    {
        using SafeFileHandle? found = Enter(directory, Way.Read);
        if (found is null)
        {
            return false;
        }

        using SafeFileHandle readable = OwnWalk.OpenForReading(found, Describe(directory));
        int error = DirectoryReader.Visit(readable, visit);
        return error == 0 ? true : throw Failure(directory, error);
    }

    private static string ParentOf(string path) => path.LastIndexOf('/') is var slash and >= 0 ? path[..slash] : "";

    private static byte[] NameOf(string path) => Encoding.UTF8.GetBytes(path[(path.LastIndexOf('/') + 1)..]);

    private SafeFileHandle Require(string directory, Way way) =>
        Enter(directory, way) ?? throw new DirectoryNotFoundException($"'{Describe(directory)}' does not exist");

    private SafeFileHandle? Enter(string directory, Way way)
    {
        TreePath.Require(Encoding.UTF8.GetBytes(directory));
        return _walk.Enter(
            directory.Length == 0 ? Within
                : Within.Length == 0 ? directory
                : $"{Within}/{directory}",
            way
        );
    }

    private SafeFileHandle OpenToWrite(SafeFileHandle directory, string path, int flags)
    {
        flags |= OpenFlags.Create | OpenFlags.NoFollow | OpenFlags.NonBlock;
        SafeFileHandle? file = FileCalls.OpenAt(
            directory,
            NameOf(path),
            flags | OpenFlags.Exclusive,
            out int error,
            FileMode
        );
        if (file is not null)
        {
            InheritedOwner.Give(directory, file);
        }
        else if (error == Errno.EEXIST)
        {
            file = FileCalls.OpenAt(directory, NameOf(path), flags, out error, FileMode);
        }

        if (file is null)
        {
            throw Barred(directory, path, error);
        }

        return RequireFile(file, path, checkOwner: true) ?? throw Refuse(path, EntryType.Directory);
    }

    /// <summary>The file, if it is a regular one; null for a directory, whose place no file is in.</summary>
    private SafeFileHandle? RequireFile(SafeFileHandle file, string path, bool checkOwner)
    {
        try
        {
            FileStat stat = OwnWalk.StatOf(file, Describe(path));
            if (stat.Type == EntryType.Directory)
            {
                file.Dispose();
                return null;
            }

            if (stat.Type != EntryType.File)
            {
                throw Refuse(path, stat.Type);
            }

            if (checkOwner)
            {
                _walk.RequireOwner(stat.Uid, Describe(path));
            }

            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private FileStat? TryStat(SafeFileHandle directory, string path)
    {
        int result = FileCalls.Stat(directory, NameOf(path), followLinks: false, out FileStat stat);
        if (result < 0)
        {
            return result == -Errno.ENOENT ? null : throw Failure(path, -result);
        }

        if (stat.Type is not (EntryType.File or EntryType.Directory))
        {
            throw Refuse(path, stat.Type);
        }

        if (IsPrivate)
        {
            _walk.RequireOwner(stat.Uid, Describe(path));
        }

        return stat;
    }

    private void WriteNew(SafeFileHandle directory, string path, ReadOnlySpan<byte> content)
    {
        int flags = OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoFollow;
        using SafeFileHandle file =
            FileCalls.OpenAt(directory, NameOf(path), flags, out int error, FileMode)
            ?? throw Barred(directory, path, error);
        InheritedOwner.Give(directory, file);
        Check(ByteCalls.Write(file, content, 0), path);
        Check(FileCalls.Checked(Libc.FSync(file)), path);
    }

    private bool TryPublish(SafeFileHandle scratch, string temporary, SafeFileHandle directory, string path)
    {
        int result = FileCalls.Link(scratch, NameOf(temporary), directory, NameOf(path));
        if (result is -Errno.EPERM or -Errno.ENOSYS or -Errno.EOPNOTSUPP or -Errno.EMLINK)
        {
            // The file system has no links.
            result = FileCalls.RenameIfFree(scratch, NameOf(temporary), directory, NameOf(path));
            if (result is -Errno.EINVAL or -Errno.ENOSYS or -Errno.EOPNOTSUPP)
            {
                throw new NotSupportedException(
                    $"The file system of {Describe(path)} has neither hard links nor a rename that does not replace."
                );
            }
        }

        // What has the name already is looked at: it may be a link that somebody planted.
        return result == 0 ? true
            : result == -Errno.EEXIST
                ? TryStat(directory, path) is null && TryPublish(scratch, temporary, directory, path)
            : throw Failure(path, -result);
    }

    private bool HasContent(SafeFileHandle directory, string path, ReadOnlySpan<byte> content)
    {
        using SafeFileHandle? file = FileCalls.OpenAt(
            directory,
            NameOf(path),
            OpenFlags.NoFollow | OpenFlags.NonBlock,
            out _
        );
        if (
            file is null
            || OwnWalk.StatOf(file, Describe(path)) is not { Type: EntryType.File } stat
            || stat.Size != content.Length
        )
        {
            return false;
        }

        byte[] there = new byte[content.Length];
        return ByteCalls.Read(file, there, 0) == there.Length && content.SequenceEqual(there);
    }

    /// <summary>False where there was nothing.</summary>
    private bool Unlink(SafeFileHandle directory, string path)
    {
        int result = FileCalls.Unlink(directory, NameOf(path), 0);
        return result == 0 ? true
            : result == -Errno.ENOENT ? false
            : throw Failure(path, -result);
    }

    private void Check(int result, string path)
    {
        if (result < 0)
        {
            throw Failure(path, -result);
        }
    }

    /// <summary>Why a file could not be opened: for what stands in its place, that is said.</summary>
    private Exception Barred(SafeFileHandle directory, string path, int error) =>
        FileCalls.Stat(directory, NameOf(path), followLinks: false, out FileStat stat) == 0
        && stat.Type != EntryType.File
            ? Refuse(path, stat.Type)
            : Failure(path, error);

    private Exception Failure(string path, int error) => SystemFailure.Of(Describe(path), error);
}
