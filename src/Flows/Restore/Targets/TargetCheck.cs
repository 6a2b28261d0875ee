using System.Collections.Immutable;
using System.Globalization;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Restore.Targets;

/// <summary>Looks at the directory before anything is written to it. Writes nothing itself.</summary>
internal static class TargetCheck
{
    /// <summary>What a file system or its system puts into its own root directory: no content of anybody's.</summary>
    private static readonly string[] OfFileSystem = ["lost+found", "System Volume Information", "$RECYCLE.BIN"];

    /// <summary>The marker of the same restore, where it is unfinished.</summary>
    /// <exception cref="PermanentException">Target: the directory cannot take this restore.</exception>
    public static TargetMark? Look(RestoreInput input, BackupOptions options, string repository)
    {
        var marker = new TargetMarker(input.Target);
        if (input.DatabaseOnly)
        {
            return marker.TryRead() is { } own && own.Set == input.Set && own.Repository == repository ? own : null;
        }

        OwnDirectories.RequireApart(options, input.Target);
        if (GivenPath.LinkTarget(input.Target) is { } place)
        {
            throw Fault(
                $"--target '{input.Target}' is a symbolic link (to '{place}'), which a restore never follows; name "
                    + "the directory that it leads to."
            );
        }

        if (GivenPath.IsFile(input.Target))
        {
            throw Fault($"--target '{input.Target}' is a file; name a directory that is absent or empty.");
        }

        TargetMark? mark = marker.TryRead();
        if (mark is not null && (mark.Set != input.Set || mark.Repository != repository))
        {
            throw Fault(
                $"--target '{input.Target}' holds an unfinished restore of set {mark.Set}, not of {input.Set}; "
                    + "finish that one, or name an empty directory."
            );
        }

        if (mark is not null && (mark.Selection != input.Selection || mark.Repair != input.Repair))
        {
            string began = string.Join(
                ' ',
                new[] { mark.Repair ? "--repair" : string.Empty, mark.Selection?.Line ?? string.Empty }.Where(
                    static part => part.Length > 0
                )
            );
            throw Fault(
                $"--target '{input.Target}' holds an unfinished restore of another part of set {mark.Set}: it began with "
                    + $"{(began.Length > 0 ? $"'{began}'" : "the whole set")}; finish it so"
                    + (
                        mark.Repair
                            ? $", or delete '{TargetMarker.Name}' there to give it up."
                            : ", or name an empty directory."
                    )
            );
        }

        if (input.Repair)
        {
            return GivenPath.IsDirectory(input.Target)
                ? mark
                : throw Fault(
                    $"--target '{input.Target}' does not exist, so there is nothing to repair; name the directory that is "
                        + "dir.root of the damaged installation, or leave out --repair."
                );
        }

        if (mark is null && GivenPath.IsDirectory(input.Target) && FindContent(input.Target) is { } found)
        {
            throw Fault(
                $"--target '{input.Target}' is not empty (it has '{found}'); move it aside, or name a directory that "
                    + "is absent or empty. Nothing is ever restored into old files."
            );
        }

        return mark;
    }

    /// <exception cref="PermanentException">Target: nothing can be written there.</exception>
    public static void RequireWritable(string target)
    {
        if (
            FileSystemRoom.NearestExisting(target) is { } existing
            && FileSystemRoom.WhyNotWritable(existing) is { } why
        )
        {
            string where = existing == target ? string.Empty : $", nor made in '{existing}'";
            throw Fault(
                $"--target '{target}' cannot be written{where} ({why}); correct that, or name another directory."
            );
        }
    }

    /// <summary>Whether the files fit: their bytes, and their number.</summary>
    /// <returns>Warnings.</returns>
    /// <exception cref="PermanentException">Target: they do not.</exception>
    /// <param name="bytes">Of the files.</param>
    /// <param name="files">How many.</param>
    /// <param name="directories">How many.</param>
    public static IEnumerable<string> CheckRoom(RestoreInput input, long bytes, long files, long directories)
    {
        if (
            FileSystemRoom.NearestExisting(input.Target) is not { } there
            || FileSystemRoom.TryLook(there) is not { } room
        )
        {
            return [];
        }

        long entries = files + directories;
        if (room.Files is { } free && free < entries)
        {
            throw Fault(
                Text(
                    $"--target '{input.Target}': its file system has {free} inodes free, and the restore has {entries} files and "
                ) + "directories; make room, or name a directory on another file system."
            );
        }

        string lacks = Text($"--target '{input.Target}' has {room.Bytes} bytes free, and the files have {bytes}");
        if (room.Bytes < bytes)
        {
            return input.AnySpace
                ? [lacks]
                : throw Fault(
                    $"{lacks}; make room, or name a directory on another file system. Where its file system compresses "
                        + "well enough, say --any-space."
                );
        }

        // Each file takes whole blocks; some file systems pack small ones, so this is a guess.
        bool isTight = room.Bytes - bytes < (long)Int128.Min(long.MaxValue, (Int128)files * room.BlockSize / 2);
        return isTight ? [$"{lacks}, each of them in whole blocks: it may become full"] : [];
    }

    private static string? FindContent(string directory)
    {
        try
        {
            return GivenPath
                .NamesIn(directory)
                .FirstOrDefault(name => name != TargetMarker.TemporaryName && !IsOfFileSystem(directory, name));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PermanentException(
                ErrorKind.Target,
                $"--target '{directory}' cannot be read ({e.Message}); name another directory.",
                e
            );
        }
    }

    private static bool IsOfFileSystem(string directory, string name) =>
        OfFileSystem.Contains(name, StringComparer.Ordinal)
        && Path.Combine(directory, name) is var path
        && GivenPath.IsDirectory(path)
        && GivenPath.LinkTarget(path) is null;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static PermanentException Fault(string message) => new(ErrorKind.Target, message);
}
