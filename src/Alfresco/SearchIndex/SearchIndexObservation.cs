using System.Runtime.InteropServices;

namespace AlfrescoBackupFlows.Alfresco.SearchIndex;

/// <summary>Which copy the index-backup job left: each run of the job makes a new directory and renames it.</summary>
/// <param name="Inode">Of the target directory; 0 where the system has none.</param>
/// <param name="ChangedNs">Its ctime in nanoseconds since 1970 UTC, which a rename sets; where the system has none, its
/// parent's mtime.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct SearchIndexStamp(ulong Inode, long ChangedNs);

/// <summary>One look at the index backup.</summary>
/// <param name="Stamp">Null while the target is missing.</param>
/// <param name="Age">Since the job finished; null while the target is missing.</param>
/// <param name="TempChanged">The last change anywhere in the job's temporary directory; null where there is
/// none.</param>
/// <param name="TempIsStale">The temporary directory is what a crash left behind: nothing in it has changed for
/// <see cref="SearchIndexBackup.StaleAfter"/>.</param>
public sealed record SearchIndexObservation(
    SearchIndexStamp? Stamp,
    TimeSpan? Age,
    DateTimeOffset? TempChanged,
    bool TempIsStale
)
{
    /// <summary>The job is running.</summary>
    public bool IsRunning => TempChanged is not null && !TempIsStale;

    /// <summary>
    /// Nothing is there, and nobody is making it: the job never ran, or failed between its delete and its rename.
    /// </summary>
    public bool IsAbsent => Stamp is null && !IsRunning;
}
