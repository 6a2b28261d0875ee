using Npgsql;

namespace AlfrescoBackupFlows.Alfresco.Databases.Postgres;

/// <summary>
/// The mark of a restore in the database that it filled: an empty table, made in the transaction of the dump, beside the
/// dump's own tables, where who loads it may make tables.
/// </summary>
internal static class PostgresMark
{
    /// <summary>The name of the sessions of a restore with this mark.</summary>
    public static string Worker(string mark) => $"abf-{mark}";

    /// <summary>What is sent after the dump's last line.</summary>
    public static string StatementOf(DatabaseConnection connection) =>
        connection.MarkTable is not { } table
            ? string.Empty
            : $"""
                DO $abf$
                DECLARE place pg_catalog.name;
                BEGIN
                  SELECT n.nspname INTO place
                    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                    WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
                    ORDER BY c.relname <> 'alf_node', c.oid LIMIT 1;
                  EXECUTE pg_catalog.format('CREATE TABLE %I.{table} ()', coalesce(place, 'public'));
                END
                $abf$;

                """;

    public static Task<bool> IsThereAsync(
        NpgsqlConnection session,
        DatabaseConnection connection,
        CancellationToken cancellationToken
    ) =>
        PostgresSession.ScalarAsync<bool>(
            session,
            // One that somebody else made marks nothing.
            $"SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_class WHERE relname = '{connection.MarkTable}' AND relkind = 'r' "
                + "AND pg_catalog.pg_get_userbyid(relowner) = current_user)",
            cancellationToken
        );
}
