using MySqlConnector;

namespace AlfrescoBackupFlows.Alfresco.Databases.MySql;

/// <summary>
/// The tool leaves out what a user has no right to see, without a word; and whether there is anything, that user cannot
/// ask either. So the rights are looked at.
/// </summary>
internal static class MySqlHidden
{
    /// <summary>Where the server keeps its routines, MariaDB's and MySQL's before version 8.</summary>
    private const string Routines = "mysql.proc";

    private static readonly (string Right, string Hides)[] Needed =
    [
        ("SELECT", "tables"),
        ("TRIGGER", "triggers"),
        ("EVENT", "scheduled events"),
    ];

    /// <summary>With one of these the routines are seen, and <see cref="MySqlRights"/> says whether as a whole.</summary>
    private static readonly string[] ShowRoutines = ["EXECUTE", "ALTER ROUTINE", "SHOW CREATE ROUTINE"];

    /// <returns>A warning each.</returns>
    public static async Task<IReadOnlyList<string>> FindAsync(
        MySqlConnection session,
        DatabaseConnection target,
        CancellationToken cancellationToken
    )
    {
        List<string> warnings = [];
        MySqlGrants grants = await MySqlGrants.ReadAsync(session, cancellationToken);
        string[] lacking = [.. grants.Lacking(Needed.Select(static need => need.Right))];
        if (lacking.Length > 0)
        {
            string rights = string.Join(", ", lacking);
            string hides = string.Join(
                ", ",
                Needed.Where(need => lacking.Contains(need.Right)).Select(static need => need.Hides)
            );
            warnings.Add(
                $"{target.Names.Username} '{target.Username}' has no {rights} on the whole database: {hides} that it "
                    + $"may not see are missing from the dump; GRANT {rights} ON `{target.Database}`.* to it"
            );
        }

        if (
            grants.Lacking(ShowRoutines).Count() == ShowRoutines.Length
            && !grants.HasAny("SELECT", "SHOW_ROUTINE")
            && !await MayReadRoutinesAsync(session, cancellationToken)
        )
        {
            warnings.Add(
                $"{target.Names.Username} '{target.Username}' has no right to see stored procedures and functions: "
                    + $"where there are some, they are missing from the dump; {Grant(session, target)} to it"
            );
        }

        return warnings;
    }

    private static async Task<bool> MayReadRoutinesAsync(MySqlConnection session, CancellationToken cancellationToken)
    {
        try
        {
            await SessionQueries.ListAsync(session, $"SELECT 1 FROM {Routines} LIMIT 0", cancellationToken);
            return true;
        }
        catch (MySqlException e)
            when (e.ErrorCode is MySqlErrorCode.TableAccessDenied or MySqlErrorCode.NoSuchTable
                || e.ErrorCode is MySqlErrorCode.DatabaseAccessDenied or MySqlErrorCode.ColumnAccessDenied
            )
        {
            return false;
        }
    }

    private static string Grant(MySqlConnection session, DatabaseConnection target)
    {
        MySqlServer server = MySqlServer.Of(session);
        return server switch
        {
            { IsMariaDb: true } when server.Version >= new Version(11, 3) =>
                $"GRANT SHOW CREATE ROUTINE ON `{target.Database}`.*",
            { IsMariaDb: false, Version.Major: >= 8 } => "GRANT SHOW_ROUTINE ON *.*",
            _ => $"GRANT SELECT ON {Routines}",
        };
    }
}
