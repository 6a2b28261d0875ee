using AlfrescoBackupFlows.Platform.Files.Linux;
using Microsoft.Win32.SafeHandles;

namespace AlfrescoBackupFlows.Platform.Files;

/// <summary>
/// Files and directories that somebody sets up for a service: for whoever runs this, or, by root, for the service's
/// user. Failures are the <see cref="IOException"/> and <see cref="UnauthorizedAccessException"/> of System.IO.
/// </summary>
public static class ServiceFiles
{
    private const UnixFileMode OwnersAlone = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>A configuration: mode 0600; for a service's user 0640, root's own, so that the service reads it and
    /// never writes it.</summary>
    /// <param name="replaces">Over what has the name already; otherwise that is an <see cref="IOException"/>.</param>
    public static void WriteConfiguration(string path, ReadOnlyMemory<byte> content, ServiceUser? reader, bool replaces)
    {
        if (replaces)
        {
            PrivateFile.Replace(path, $"{path}.{Guid.NewGuid():n}", Fill);
        }
        else
        {
            PrivateFile.WriteNew(path, Fill);
        }

        void Fill(FileStream file)
        {
            if (reader is not null)
            {
                Give(file.SafeFileHandle, 0, reader.Gid);
                SetMode(file.SafeFileHandle, OwnersAlone | UnixFileMode.GroupRead);
            }

            file.Write(content.Span);
        }
    }

    /// <summary>A secret: mode 0400, the service's own. What has the name already stays: an <see cref="IOException"/>.</summary>
    public static void WriteSecret(string path, ReadOnlyMemory<byte> content, ServiceUser? owner) =>
        PrivateFile.WriteNew(
            path,
            file =>
            {
                if (owner is not null)
                {
                    Give(file.SafeFileHandle, owner.Uid, owner.Gid);
                }

                file.Write(content.Span);
                SetMode(file.SafeFileHandle, UnixFileMode.UserRead);
            }
        );

    /// <summary>A directory of the service's own (mode 0700), and what is missing above it. One that exists stays as it is.</summary>
    public static void MakeDirectory(string path, ServiceUser? owner)
    {
        if (Directory.Exists(path))
        {
            return;
        }

        MakeMissing(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        if (owner is not null)
        {
            GiveDirectory(path, owner.Uid, owner.Gid);
        }
    }

    /// <summary>A directory of configurations: the service's group may look into it (0750), and only its owner, root, may
    /// change it.</summary>
    public static void MakeConfigurationDirectory(string path, ServiceUser? reader)
    {
        const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        if (Directory.Exists(path))
        {
            return;
        }

        MakeMissing(path, reader is null ? Mode : Mode | UnixFileMode.GroupRead | UnixFileMode.GroupExecute);
        if (reader is not null)
        {
            GiveDirectory(path, 0, reader.Gid);
        }
    }

    /// <summary>Level by level: of several that System.IO makes at once, only the last has the mode.</summary>
    private static void MakeMissing(string path, UnixFileMode mode)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return;
        }

        if (Path.GetDirectoryName(path) is { Length: > 0 } above && !Directory.Exists(above))
        {
            Directory.CreateDirectory(above);
        }

        Directory.CreateDirectory(path, mode);
    }

    private static void GiveDirectory(string path, uint uid, uint gid)
    {
        using SafeFileHandle directory =
            FileCalls.OpenRoot(path, OpenFlags.PathOnly | OpenFlags.Directory | OpenFlags.NoFollow, out int error)
            ?? throw SystemFailure.Of(path, error);
        Give(directory, uid, gid);
    }

    private static void Give(SafeFileHandle made, uint uid, uint gid)
    {
        int result = FileCalls.SetOwner(made, default, uid, gid);
        if (result < 0)
        {
            throw SystemFailure.Of("the new file", -result);
        }
    }

    private static void SetMode(SafeFileHandle file, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, mode);
        }
    }
}
