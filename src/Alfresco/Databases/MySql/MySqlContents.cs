using AlfrescoBackupFlows.Platform.Errors;
using MySqlConnector;

namespace AlfrescoBackupFlows.Alfresco.Databases.MySql;

/// <summary>
/// What is in a database, and the marker table of a restore that has not ended: DDL cannot be taken back, so a database
/// with the marker counts as empty, and the next attempt clears it.
/// </summary>
internal static class MySqlContents
{
    private const string Marker = "abf_restore_unfinished";

    /// <summary>
    /// The kind and name of something that is in the database already and is not an unfinished restore's, or null.
    /// </summary>
    /// <param name="mark">The table that a restore to be told from others makes before its marker: then what others left
    /// unfinished counts.</param>
    public static async Task<string?> FindAnyAsync(
        MySqlConnection session,
        string? mark,
        CancellationToken cancellationToken
    )
    {
        const string Any = """
            SELECT CONCAT(CASE table_type WHEN 'VIEW' THEN 'view ' WHEN 'SEQUENCE' THEN 'sequence ' ELSE 'table ' END, table_name)
            FROM information_schema.tables WHERE table_schema = DATABASE()
            UNION ALL SELECT CONCAT(LOWER(routine_type), ' ', routine_name)
            FROM information_schema.routines WHERE routine_schema = DATABASE()
            UNION ALL SELECT CONCAT('event ', event_name)
            FROM information_schema.events WHERE event_schema = DATABASE()
            """;
        var found = await SessionQueries.ListAsync(session, Any, cancellationToken);
        bool hasMarker = found.Contains($"table {Marker}");
        bool isUnfinished = mark is null
            ? hasMarker
            : found.Contains($"table {mark}") && (hasMarker || found.Count == 1);
        return found.Count > 0 && !isUnfinished ? found.Order(StringComparer.Ordinal).First() : null;
    }

    public static async Task RequireNoneAsync(
        MySqlConnection session,
        DatabaseConnection target,
        CancellationToken cancellationToken
    )
    {
        if (await FindAnyAsync(session, target.MarkTable, cancellationToken) is { } found)
        {
            throw new PermanentException(
                target.Names.Kind,
                $"{target.Names.Url}: database '{target.Database}' at {target.Host}:{target.Port} is not empty (it has "
                    + $"the {found}); create an empty one and name it"
            );
        }
    }

    /// <summary>Whether a restore has begun here and not ended.</summary>
    public static Task<bool> IsMarkedAsync(MySqlConnection session, CancellationToken cancellationToken) =>
        HasTableAsync(session, Marker, cancellationToken);

    public static async Task<bool> HasTableAsync(
        MySqlConnection session,
        string name,
        CancellationToken cancellationToken
    ) => (await MySqlTables.NamesAsync(session, cancellationToken)).Contains(name);

    /// <summary>Marks the database, and drops what an earlier attempt left under the same mark.</summary>
    /// <param name="mark">As in <see cref="FindAnyAsync"/>; it is made first, and stays.</param>
    public static async Task ClearAsync(MySqlConnection session, string? mark, CancellationToken cancellationToken)
    {
        if (mark is not null)
        {
            await SessionQueries.ExecuteAsync(
                session,
                $"CREATE TABLE IF NOT EXISTS {mark} (id INT PRIMARY KEY) ENGINE=InnoDB",
                cancellationToken
            );
        }

        await SessionQueries.ExecuteAsync(
            session,
            $"CREATE TABLE IF NOT EXISTS {Marker} (id INT PRIMARY KEY) ENGINE=InnoDB",
            cancellationToken
        );
        await SessionQueries.ExecuteAsync(session, "SET FOREIGN_KEY_CHECKS = 0", cancellationToken);
        foreach (string? kind in new[] { "VIEW", "TABLE", "SEQUENCE" })
        {
            var names = await SessionQueries.ListAsync(
                session,
                "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name <> "
                    + $"'{Marker}' AND table_name <> '{mark}' AND table_type = '{(kind == "TABLE" ? "BASE TABLE" : kind)}'",
                cancellationToken
            );
            foreach (string name in names)
            {
                await SessionQueries.ExecuteAsync(
                    session,
                    $"DROP {kind} IF EXISTS {MySqlTables.Quote(name)}",
                    cancellationToken
                );
            }
        }
    }

    /// <summary>
    /// Drops routines and events, which a restore that begins again would find in its way. A package takes its body along.
    /// </summary>
    public static async Task ClearProgramsAsync(MySqlConnection session, CancellationToken cancellationToken)
    {
        const string Programs = """
            SELECT CONCAT(routine_type, ' IF EXISTS `', REPLACE(routine_name, '`', '``'), '`')
            FROM information_schema.routines WHERE routine_schema = DATABASE()
            UNION ALL SELECT CONCAT('EVENT IF EXISTS `', REPLACE(event_name, '`', '``'), '`')
            FROM information_schema.events WHERE event_schema = DATABASE()
            """;
        foreach (string program in await SessionQueries.ListAsync(session, Programs, cancellationToken))
        {
            await SessionQueries.ExecuteAsync(session, $"DROP {program}", cancellationToken);
        }
    }

    /// <summary>The restore is done.</summary>
    /// <param name="mark">Dropped as well; null: none, or it stays.</param>
    public static Task UnmarkAsync(MySqlConnection session, CancellationToken cancellationToken, string? mark = null) =>
        SessionQueries.ExecuteAsync(
            session,
            mark is null ? $"DROP TABLE {Marker}" : $"DROP TABLE {Marker}; DROP TABLE IF EXISTS {mark}",
            cancellationToken
        );
}
