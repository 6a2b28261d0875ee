using AlfrescoBackupFlows.Alfresco.SearchIndex;
using AlfrescoBackupFlows.Flows.Capture;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Flows.Doctor;

/// <summary>There is a backup of the index, with something in it.</summary>
internal sealed class SearchIndexCheck : ICheck
{
    public string Id => "index-backup";

    public string Why => "the first of the three parts of a set cannot be captured";

    public bool IsPreflight => true;

    public Task<IEnumerable<Notice>> LookAsync(Subject subject, CancellationToken cancellationToken)
    {
        if (subject.Installation.Index is { RefreshCommand.IsEmpty: true } index)
        {
            Require(index, new SearchIndexBackup(index, subject.Time));
        }

        return Task.FromResult<IEnumerable<Notice>>([]);
    }

    /// <summary>While the job is running nothing can be said of its target.</summary>
    private static void Require(SearchIndexSource index, SearchIndexBackup backup)
    {
        SearchIndexObservation seen = backup.Observe();
        if (seen.IsAbsent)
        {
            throw SearchIndexWindow.Absent(index);
        }

        if (!seen.IsRunning && !backup.HasBytes() && SearchIndexCopy.GenerationOf(backup.Observe()) is not null)
        {
            throw SearchIndexWindow.Empty(index);
        }
    }
}
