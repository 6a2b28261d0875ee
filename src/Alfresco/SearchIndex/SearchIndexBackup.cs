using System.Text;
using AlfrescoBackupFlows.Alfresco.Content;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Alfresco.SearchIndex;

/// <summary>
/// Looks at the directory that Alfresco's index-backup job leaves. The job copies into <c>.indexbackup_temp</c> beside
/// it, deletes it, and renames the copy; so its inode and ctime tell one copy from the next, and the times of the files
/// in it tell nothing.
/// </summary>
public sealed class SearchIndexBackup(SearchIndexSource source, TimeProvider time)
{
    /// <summary>The job's temporary directory, beside the target.</summary>
    public const string TempName = ".indexbackup_temp";

    /// <summary>
    /// A temporary directory whose tree has not changed for so long was left by a crash; one with a time that far in the
    /// future too, for no clock of a running job is so wrong for long.
    /// </summary>
    public static readonly TimeSpan StaleAfter = TimeSpan.FromMinutes(15);

    // Enough for any Lucene index; past it, what was seen decides.
    private const int MaxTempEntries = 100_000;

    /// <summary>
    /// One look. A live index in the target's place is a <see cref="PermanentException"/> of kind Source.
    /// </summary>
    public SearchIndexObservation Observe()
    {
        string? parent = Path.GetDirectoryName(source.Path);
        if (parent is null || !GivenPath.IsDirectory(parent))
        {
            return new SearchIndexObservation(null, null, null, TempIsStale: false);
        }

        using var beside = SourceTree.Open(parent);
        byte[] name = Encoding.UTF8.GetBytes(Path.GetFileName(source.Path));

        // The temporary directory first: seen afterwards, a rename in between would look like an untouched target.
        var tempChanged = LastChange(beside, Encoding.UTF8.GetBytes(TempName));
        var target = Target(beside, name);
        if (target is null && tempChanged is null)
        {
            // The rename may have happened between the two looks.
            target = Target(beside, name);
        }

        var now = time.GetUtcNow();
        bool stale = tempChanged is { } changed && RecordedTime.IsFarOff(changed, StaleAfter, now);
        if (target is not { } stat)
        {
            return new SearchIndexObservation(null, null, tempChanged, stale);
        }

        LiveSearchIndex.Refuse(beside, name, source.Path);
        var stamp = new SearchIndexStamp(
            stat.Inode,
            stat.CtimeNs != 0 ? stat.CtimeNs : beside.TryStat(default)?.MtimeNs ?? stat.MtimeNs
        );
        return new SearchIndexObservation(stamp, now - Time(stamp.ChangedNs), tempChanged, stale);
    }

    /// <summary>Whether a file with bytes in it is in the target. Not while the job is running.</summary>
    public bool HasBytes()
    {
        string? parent = Path.GetDirectoryName(source.Path);
        if (parent is null || !GivenPath.IsDirectory(parent))
        {
            return false;
        }

        using var beside = SourceTree.Open(parent);
        return TreeContent.HasBytes(beside, Encoding.UTF8.GetBytes(Path.GetFileName(source.Path)));
    }

    /// <summary>Runs the refresh command, then waits for a new copy. See <see cref="SearchIndexRefresh"/>.</summary>
    public Task RefreshAsync(CancellationToken cancellationToken) =>
        new SearchIndexRefresh(source, this, time).RunAsync(cancellationToken);

    private static FileStat? Target(SourceTree beside, byte[] name) =>
        beside.TryStat(name, followLinks: true) is { Type: EntryType.Directory } stat ? stat : null;

    /// <summary>The newest change in a tree, by ctime: the job copies mtimes. Null where the tree is missing.</summary>
    private static DateTimeOffset? LastChange(SourceTree beside, byte[] path)
    {
        if (beside.TryStat(path) is not { } top)
        {
            return null;
        }

        long newest = Changed(top);
        int seen = 0;
        var pending = new Stack<byte[]>([path]);
        while (pending.TryPop(out byte[]? directory) && seen < MaxTempEntries)
        {
            foreach (var entry in beside.TryReadDirectory(directory) ?? [])
            {
                byte[] child = [.. directory, (byte)'/', .. entry.Name];
                if (beside.TryStat(child) is { } stat)
                {
                    newest = Math.Max(newest, Changed(stat));
                }

                if (entry.Type == EntryType.Directory)
                {
                    pending.Push(child);
                }

                seen++;
            }
        }

        return Time(newest);
    }

    private static long Changed(in FileStat stat) => stat.CtimeNs != 0 ? stat.CtimeNs : stat.MtimeNs;

    private static DateTimeOffset Time(long nanoseconds) =>
        DateTimeOffset.UnixEpoch.AddTicks(nanoseconds / TimeSpan.NanosecondsPerTick);
}
