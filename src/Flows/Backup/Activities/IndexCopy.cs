using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Alfresco.SearchIndex;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Flows.Backup.Activities;

/// <summary>The index backup as the flow's records speak of it.</summary>
internal static class IndexCopy
{
    public static IndexSource SourceOf(Installation installation) => installation.Index
        ?? throw new PermanentException(ErrorKind.Configuration, "installation.index.kind became 'none' while a run was at work: start a new backup.");

    public static IndexGeneration? GenerationOf(IndexObservation seen) =>
        seen.Stamp is { } stamp ? new IndexGeneration(stamp.Inode, stamp.ChangedNs) : null;
}
