using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;

namespace AlfrescoBackupFlows.Flows.Capture;

internal enum DirectoryJudgement
{
    /// <summary>Its files are looked at one by one, now and next time.</summary>
    Open,

    /// <summary>Its files were looked at one by one, and next time need not be.</summary>
    Trusted,

    /// <summary>It is as when it became trusted: its files are taken over from the parent without a look.</summary>
    HandedOver,
}

/// <summary>
/// Decides which leaf directories need no look at each file. Trust is granted only by a scan that statted every file
/// in the directory more than 48 h after the newest of them and found each as the parent set recorded it: within that
/// time, paths that use local time, clock skew between cluster nodes, long uploads and bulk imports come back to old
/// directories.
/// </summary>
/// <param name="uses">Trusted directories are handed over; off in a full scan.</param>
/// <param name="grants">
/// Trust may be granted; off where the file system does not keep directory times, or showed one that was wrong.
/// </param>
internal sealed class TrustedDirectories(
    SourceTree tree,
    CaptureNotes notes,
    DateTimeOffset now,
    bool uses,
    bool grants
)
{
    /// <summary>More files than this are not held in memory to be compared.</summary>
    public const int MaxFiles = 16_384;

    public static readonly TimeSpan RestsFor = TimeSpan.FromHours(48);

    private readonly long _restedSinceNs =
        (now - RestsFor - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;

    public async ValueTask<DirectoryJudgement> JudgeAsync(
        TreeScan scan,
        ScanEntry directory,
        ListingEntry? parent,
        Lookahead<ListingEntry> parents
    )
    {
        if (parent is not { IsDirectory: true } || !grants || !tree.KeepsTimesOf(directory.Stat))
        {
            return DirectoryJudgement.Open;
        }

        bool untouched =
            parent.MtimeNs == directory.Stat.MtimeNs && parent.CtimeNs == directory.Stat.CtimeNs && parent.CtimeNs != 0;
        bool wasTrusted = untouched && parent.Flags.HasFlag(EntryFlags.Trusted);
        if (wasTrusted && uses)
        {
            return DirectoryJudgement.HandedOver;
        }

        if (scan.TryLoadLeaf(MaxFiles) is not { Count: > 0 } files)
        {
            return DirectoryJudgement.Open;
        }

        IReadOnlyList<ListingEntry> recorded = await parents.PeekWhileAsync(
            entry => PathOrder.IsBelow(entry.Path, directory.Path),
            files.Count + 1
        );
        if (wasTrusted && !HaveSameNames(files, recorded))
        {
            notes.BrokenTrust(directory.Path);
            return DirectoryJudgement.Open;
        }

        return untouched && IsRested(directory.Stat) && AreAsRecorded(files, recorded)
            ? DirectoryJudgement.Trusted
            : DirectoryJudgement.Open;
    }

    private static bool HaveSameNames(IReadOnlyList<ScanEntry> files, IReadOnlyList<ListingEntry> recorded) =>
        files.Count == recorded.Count
        && files.Zip(recorded).All(pair => pair.First.Path.AsSpan().SequenceEqual(pair.Second.Path));

    private bool AreAsRecorded(IReadOnlyList<ScanEntry> files, IReadOnlyList<ListingEntry> recorded) =>
        HaveSameNames(files, recorded)
        && files
            .Zip(recorded)
            .All(pair => FileCapture.IsUnchanged(pair.Second, pair.First.Stat) && IsRested(pair.First.Stat));

    private bool IsRested(in FileStat stat) => stat.MtimeNs < _restedSinceNs && stat.CtimeNs < _restedSinceNs;
}
