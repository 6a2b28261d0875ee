using System.Collections.Immutable;
using AlfrescoBackupFlows.Alfresco.Databases;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Drill.Records;

/// <summary>Where a drill is to be made, as a person says it; what is null is as the section <c>drill</c> says.</summary>
public sealed record DrillChoice
{
    public string? Database { get; init; }

    public string? Server { get; init; }

    public string? PasswordFile { get; init; }

    public string? Scratch { get; init; }

    /// <summary>A percentage.</summary>
    public string? Share { get; init; }

    /// <summary>Directories of the set whose files are restored; none: all of them.</summary>
    public ImmutableArray<string> Roots { get; init; } = [];

    /// <exception cref="PermanentException">Configuration: no database and no server, both, or a fault in
    /// them.</exception>
    public DrillInput Complete(RunId set, BackupOptions options)
    {
        DrillOptions settings = options.Drill;
        bool isNamed = Database is not null || Server is not null;
        string? database = isNamed ? Database : settings.Database;
        string? server = isNamed ? Server : settings.Server;
        if (database is null == server is null)
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                "say where the database is restored: either --server URL (a database is made and dropped there), or "
                    + "--database URL of an empty one; or set drill.server or drill.database, not both"
            );
        }

        string url = (database ?? server)!;
        if (database is not null)
        {
            DatabaseConnection.FromRestoreUrl(database, password: null, toolPath: null);
        }
        else
        {
            ServerUrl.Parse(url, password: null, toolPath: null, "--server");
        }

        var target = new RestoreDatabaseTarget(
            url,
            PasswordFile ?? (url == settings.Database || url == settings.Server ? settings.PasswordFile : null),
            options.Installation.Database.ToolPath
        );
        string share = Share ?? settings.Share;
        return new DrillInput(
            set,
            database is null ? null : target,
            database is null ? target : null,
            Path.TrimEndingDirectorySeparator(Path.GetFullPath(Scratch ?? settings.Scratch ?? Path.GetTempPath())),
            RetentionOptions.TryParsePart(share, out double part)
                ? part
                : throw new PermanentException(
                    ErrorKind.Configuration,
                    $"--share '{share}' does not fit: write a percentage such as 5%"
                ),
            options.Backup.Parallelism
        )
        {
            Selection = RestoreSelection.OfRoots(Roots),
        };
    }
}
