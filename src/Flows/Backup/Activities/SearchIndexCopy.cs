using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Alfresco.SearchIndex;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Flows.Backup.Activities;

/// <summary>The index backup as the flow's records speak of it.</summary>
internal static class SearchIndexCopy
{
    public static SearchIndexSource SourceOf(Installation installation) =>
        installation.Index
        ?? throw new PermanentException(
            ErrorKind.Configuration,
            "installation.index.kind became 'none' while a run was running: start a new backup."
        );

    public static SearchIndexGeneration? GenerationOf(SearchIndexObservation seen) =>
        seen.Stamp is { } stamp ? new SearchIndexGeneration(stamp.Inode, stamp.ChangedNs) : null;
}
