using System.Text;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Storage.Directories;

/// <summary>The files in the making of a directory store: <c>.tmp</c>, with names of 32 hexadecimal digits.</summary>
internal sealed class TemporaryFiles(OwnTree tree, TimeProvider time)
{
    /// <summary>Of the file that <see cref="ExclusivityProbe"/> lets many create.</summary>
    public const string ProbeSuffix = ".probe";

    private const string Directory = ".tmp";

    /// <summary>
    /// What was written within this time may still be in use by another process; on a host whose clock is ahead, too.
    /// </summary>
    private static readonly TimeSpan AbandonedAfter = TimeSpan.FromDays(1);

    private volatile bool _isCleaned;

    public static string NewPath() => $"{Directory}/{Guid.NewGuid():n}";

    /// <summary>Deletes what killed processes left, once a process; what has no name of ours was put there by somebody
    /// else, and is refused.</summary>
    /// <exception cref="UnsafeEntryException">It is named.</exception>
    public void DeleteAbandoned()
    {
        if (_isCleaned)
        {
            return;
        }

        List<string> own = [];
        tree.TryVisit(
            Directory,
            (bytes, _) =>
            {
                string name = Encoding.UTF8.GetString(bytes);
                if (IsOwn(name))
                {
                    own.Add($"{Directory}/{name}");
                }
                else if (!IsOfTheFileSystem(name))
                {
                    throw new UnsafeEntryException(
                        $"'{tree.Describe(Directory)}' holds '{TreePath.Display(bytes)}', which abf did not make: find out who did, and move it away"
                    );
                }
            }
        );

        DateTimeOffset now = time.GetUtcNow();
        foreach (string path in own)
        {
            if (
                tree.TryStat(path) is { Type: EntryType.File } file
                && RecordedTime.IsFarOff(file.Mtime, AbandonedAfter, now)
            )
            {
                tree.Delete(path);
            }
        }

        _isCleaned = true;
    }

    private static bool IsOwn(string name)
    {
        string stem = name.EndsWith(ProbeSuffix, StringComparison.Ordinal) ? name[..^ProbeSuffix.Length] : name;
        return stem.Length == 32 && stem.All(char.IsAsciiHexDigitLower);
    }

    /// <summary>A file that was deleted while another process had it open, until that one lets go.</summary>
    private static bool IsOfTheFileSystem(string name) =>
        name.StartsWith(".nfs", StringComparison.Ordinal) || name.StartsWith(".fuse_hidden", StringComparison.Ordinal);
}
