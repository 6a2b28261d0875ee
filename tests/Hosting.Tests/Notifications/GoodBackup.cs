using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Hosting.Tests.Notifications;

/// <summary>The result of a backup that nobody has to be told of.</summary>
internal static class GoodBackup
{
    public static HotBackupResult Of(RunId set) =>
        new()
        {
            Set = set,
            Consistent = true,
            Files = 3,
            Bytes = 30,
            AddedBytes = 10,
            Warnings = [],
        };
}
