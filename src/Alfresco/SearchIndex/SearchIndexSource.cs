using System.Collections.Immutable;

namespace AlfrescoBackupFlows.Alfresco.SearchIndex;

/// <summary>What a run does when Alfresco's index-backup job is in its way.</summary>
public enum OnWindow
{
    Wait,
    Refuse,
}

/// <summary>The backup of the index that Alfresco's own job leaves on disk, and how a run treats it.</summary>
/// <param name="Path">The directory, absolute.</param>
/// <param name="Schedule">When the job fires.</param>
/// <param name="MaxWait">Longest wait for the job's window, and for a new generation after the refresh command.</param>
/// <param name="MaxAge">An older backup is a warning.</param>
/// <param name="RefreshCommand">Program and arguments, or empty.</param>
public sealed record SearchIndexSource(
    string Path,
    SearchIndexSchedule Schedule,
    OnWindow OnWindow,
    TimeSpan MaxWait,
    TimeSpan MaxAge,
    ImmutableArray<string> RefreshCommand
)
{
    /// <summary>
    /// What in the properties names another index than Lucene's, such as <c>index.subsystem.name is 'solr6'</c>; null
    /// where nothing does.
    /// </summary>
    public string? OtherSubsystem { get; init; }
}
