using System.Globalization;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Storage.Directories;

namespace AlfrescoBackupFlows.Flows.Doctor;

/// <summary>Whether this machine's disks have room for the next run: that of <c>state</c>, and that of a repository in a
/// directory.</summary>
public static class RoomLook
{
    /// <param name="newest">The newest set; null: there is none.</param>
    /// <returns>A line for each disk that has not.</returns>
    public static IEnumerable<string> Look(BackupOptions options, SetSummary? newest)
    {
        if (Find(Path.GetFullPath(options.State!)) is { } room)
        {
            foreach (
                string line in new StateRoomCheck().Judge(room, newest?.Files ?? 0, options.State!).Select(n => n.What)
            )
            {
                yield return $"{line}.";
            }
        }

        if (
            DirectoryUrl.TryParse(options.Repository.Url!) is { } repository
            && GivenPath.IsDirectory(repository)
            && Find(repository) is { } left
            && FaultOf(left, newest?.AddedBytes ?? 0) is { } fault
        )
        {
            yield return $"repository.url '{repository}': {fault}.";
        }
    }

    /// <param name="added">What the newest set has stored.</param>
    internal static string? FaultOf(FileSystemRoom room, long added)
    {
        // The next one stores about as much, and what a prune writes anew needs room before it gives any back.
        long needed = StateRoomCheck.Least + (2 * added);
        return room.Bytes < needed || room.Files == 0
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"{room}, and the next backup is expected to need up to {needed} bytes"
            )
            : null;
    }

    private static FileSystemRoom? Find(string directory) =>
        FileSystemRoom.NearestExisting(directory) is { } existing ? FileSystemRoom.TryLook(existing) : null;
}
