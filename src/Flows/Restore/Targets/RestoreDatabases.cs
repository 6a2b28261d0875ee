using AlfrescoBackupFlows.Alfresco.Databases;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Restore.Targets;

internal static class RestoreDatabases
{
    /// <summary>
    /// Reads the password anew each time: it stands in no journal. Those from the environment go to the configured
    /// databases alone.
    /// </summary>
    /// <param name="dump">What the set says of the dump; null: nothing.</param>
    /// <param name="tell">Gets a line where somebody else is waited for.</param>
    public static IDatabaseTarget Open(
        this RestoreDatabaseTarget database,
        BackupOptions settings,
        DatabaseStamp? dump,
        Action<string> tell
    )
    {
        DatabaseConnection target = DatabaseConnection.FromRestoreUrl(
            database.Url,
            PasswordOf(database, settings),
            database.ToolPath,
            dump?.Schema
        );
        return (target with { MaxWait = settings.Installation.Database.MaxWait, Mark = database.Mark }).OpenTarget(
            tell
        );
    }

    /// <summary>Null: none is sent.</summary>
    public static Secret? PasswordOf(this RestoreDatabaseTarget database, BackupOptions settings)
    {
        RestoreOptions options = settings.Restore;
        return options.DatabasePassword is { } configured && options.DatabaseUrl == database.Url ? configured
            : settings.Drill.Password is { } rehearsed && settings.Drill.IsFor(database.Url) ? rehearsed
            : database.PasswordFile is { } file
                ? SecretFile.Read(file, DatabaseSettingNames.RestoreTarget.Password).Value
            : null;
    }
}
