using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Alfresco.Databases;

/// <summary>
/// The names under which the administrator gave a connection, so that one code path can say what to correct both
/// for the source (settings) and for a restore (command line).
/// </summary>
/// <param name="Kind">The kind of every error about this connection: Source or Target.</param>
public sealed record DatabaseSettingNames(
    string Url,
    string Username,
    string Password,
    string ToolPath,
    string Schema,
    ErrorKind Kind
)
{
    public static DatabaseSettingNames Source { get; } =
        new(
            "installation.database.url",
            "installation.database.username",
            "installation.database.passwordFile",
            "installation.database.toolPath",
            "db.schema.name",
            ErrorKind.Source
        );

    public static DatabaseSettingNames RestoreTarget { get; } =
        new(
            "--database",
            "--database",
            "--database-password-file",
            "installation.database.toolPath",
            "--database",
            ErrorKind.Target
        );
}
