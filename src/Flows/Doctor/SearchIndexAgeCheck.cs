using AlfrescoBackupFlows.Alfresco.SearchIndex;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Flows.Doctor;

/// <summary>The index backup is a recent one, of the index that Alfresco uses, and no job crashed beside it.</summary>
internal sealed class SearchIndexAgeCheck : ICheck
{
    public string Id => "index-backup-old";

    public string Why => "after a restore Alfresco has to index again what the copy lacks";

    /// <summary>The index phase says it, of the copy that it takes.</summary>
    public bool IsPreflight => false;

    public Task<IEnumerable<Notice>> LookAsync(Subject subject, CancellationToken cancellationToken) =>
        Task.FromResult<IEnumerable<Notice>>(
            subject.Installation.Index is { } index
                ?
                [
                    .. SearchIndexWindow
                        .Warnings(index, new SearchIndexBackup(index, subject.Time).Observe())
                        .Select(line => Notice.OfLine(Id, line, Why)),
                ]
                : []
        );
}
