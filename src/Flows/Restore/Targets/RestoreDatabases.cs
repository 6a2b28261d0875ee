using AlfrescoBackupFlows.Alfresco.Databases;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Platform;

namespace AlfrescoBackupFlows.Flows.Restore.Targets;

internal static class RestoreDatabases
{
    /// <summary>
    /// Reads the password anew each time: it stands in no journal. The one from the environment goes to the configured
    /// database alone.
    /// </summary>
    public static IDatabaseTarget Open(this RestoreDatabaseTarget database, RestoreOptions options)
    {
        Secret? password =
            options.DatabasePassword is { } configured && options.DatabaseUrl == database.Url ? configured
            : database.PasswordFile is { } file
                ? SecretFile.Read(file, DatabaseSettingNames.RestoreTarget.Password).Value
            : null;
        return DatabaseConnection.FromRestoreUrl(database.Url, password, database.ToolPath).OpenTarget();
    }
}
