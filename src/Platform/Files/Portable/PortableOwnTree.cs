using System.Text;
using Microsoft.Win32.SafeHandles;

namespace AlfrescoBackupFlows.Platform.Files.Portable;

/// <summary>Works through System.IO, for systems other than Linux. Links on the way are looked for before each call;
/// owners are not.</summary>
internal sealed class PortableOwnTree(string root, string within, bool isPrivate) : OwnTree(root, within, isPrivate)
{
    private const UnixFileMode PrivateFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly EnumerationOptions All = new()
    {
        AttributesToSkip = FileAttributes.None,
        IgnoreInaccessible = false,
    };

    public override DirectoryIdentity? TryIdentify() =>
        Directory.Exists(Resolve("")) ? default(DirectoryIdentity) : null;

    public override FileStat? TryStat(string path)
    {
        FileStat? stat = PortablePath.Find(Resolve(path)) is { } info ? PortablePath.Stat(info) : null;
        return stat is { Type: EntryType.Other } ? throw Refuse(path, EntryType.Other) : stat;
    }

    public override SafeFileHandle? TryOpenRead(string path)
    {
        if (TryStat(path) is not { Type: EntryType.File })
        {
            return null;
        }

        try
        {
            return File.OpenHandle(
                Describe(path),
                FileMode.Open,
                FileAccess.Read,
                FileShare.ReadWrite | FileShare.Delete
            );
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public override FileStream OpenAppend(string path) =>
        new(ResolveFile(path), Options(FileMode.Append, FileAccess.Write, FileShare.ReadWrite));

    public override IDisposable? TryLock(string path)
    {
        string place = ResolveFile(path);
        try
        {
            return new FileStream(place, Options(FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException) when (File.Exists(place))
        {
            return null;
        }
    }

    public override bool IsLocked(string path)
    {
        try
        {
            new FileStream(ResolveFile(path), FileMode.Open, FileAccess.Read, FileShare.Read).Dispose();
            return false;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (IOException e) when (e is not UnsafeEntryException)
        {
            return true;
        }
    }

    public override bool TryCreate(string path, string temporary, ReadOnlySpan<byte> content)
    {
        MakeParents(path, temporary);
        return DurableFiles.TryCreate(ResolveFile(path), ResolveFile(temporary), content);
    }

    public override void Replace(string path, string temporary, ReadOnlySpan<byte> content)
    {
        MakeParents(path, temporary);
        DurableFiles.Replace(ResolveFile(path), ResolveFile(temporary), content);
    }

    public override void Move(string path, string newPath) =>
        File.Move(ResolveFile(path), ResolveFile(newPath), overwrite: true);

    public override bool Delete(string path)
    {
        if (TryStat(path) is not { Type: EntryType.File })
        {
            return false;
        }

        File.Delete(Describe(path));
        DurableFiles.FlushDirectory(Path.GetDirectoryName(Describe(path))!);
        return true;
    }

    public override void CreateDirectory(string path)
    {
        string whole =
            Within.Length == 0 ? path
            : path.Length == 0 ? Within
            : $"{Within}/{path}";
        for (int end = 0; end < whole.Length; end++)
        {
            end = whole.IndexOf('/', end) is var slash and >= 0 ? slash : whole.Length;
            string place = Path.Combine(Root, whole[..end]);
            RefuseLink(place);
            if (OperatingSystem.IsWindows() || !IsPrivate)
            {
                Directory.CreateDirectory(place);
            }
            else
            {
                Directory.CreateDirectory(place, PrivateFile | UnixFileMode.UserExecute);
            }

            DurableFiles.FlushDirectory(Path.GetDirectoryName(place)!);
        }
    }

    public override bool TryVisit(string directory, EntryVisitor visit)
    {
        var found = new DirectoryInfo(Resolve(directory));
        if (!found.Exists)
        {
            return false;
        }

        foreach (FileSystemInfo entry in found.EnumerateFileSystemInfos("*", All))
        {
            visit(Encoding.UTF8.GetBytes(entry.Name), PortablePath.Stat(entry).Type);
        }

        return true;
    }

    private void MakeParents(params ReadOnlySpan<string> paths)
    {
        foreach (string path in paths)
        {
            string parent = path.LastIndexOf('/') is var slash and >= 0 ? path[..slash] : "";
            if (!Directory.Exists(Resolve(parent)))
            {
                CreateDirectory(parent);
            }
        }
    }

    private string ResolveFile(string path) =>
        TryStat(path) is { Type: EntryType.Directory } ? throw Refuse(path, EntryType.Directory) : Describe(path);

    /// <summary>The place of a path, on whose way beneath the root no link stands.</summary>
    private string Resolve(string path)
    {
        TreePath.Require(Encoding.UTF8.GetBytes(path));
        string place = Describe(path);
        for (string? step = place; step is not null && step.Length > Root.Length; step = Path.GetDirectoryName(step))
        {
            RefuseLink(step);
        }

        return place;
    }

    private void RefuseLink(string place)
    {
        if (new FileInfo(place).LinkTarget is not null)
        {
            throw Refuse(place, EntryType.Symlink);
        }
    }

    private FileStreamOptions Options(FileMode mode, FileAccess access, FileShare share)
    {
        var options = new FileStreamOptions
        {
            Mode = mode,
            Access = access,
            Share = share,
        };
        if (!OperatingSystem.IsWindows() && IsPrivate)
        {
            options.UnixCreateMode = PrivateFile;
        }

        return options;
    }
}
