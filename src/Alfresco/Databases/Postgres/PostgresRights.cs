using AlfrescoBackupFlows.Platform.Errors;
using Npgsql;

namespace AlfrescoBackupFlows.Alfresco.Databases.Postgres;

/// <summary>
/// A dump reads every table and sequence; one that it may not read fails it after an hour, so the rights are looked at
/// first.
/// </summary>
internal static class PostgresRights
{
    private const string Unreadable = """
        SELECT n.nspname || '.' || c.relname
        FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'm', 'S') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
          AND NOT (has_schema_privilege(n.oid, 'USAGE')
                   AND CASE WHEN c.relkind = 'S' THEN has_sequence_privilege(c.oid, 'SELECT')
                            ELSE has_table_privilege(c.oid, 'SELECT') END)
        ORDER BY 1
        """;

    public static async Task RequireReadAllAsync(
        NpgsqlConnection session,
        DatabaseConnection target,
        CancellationToken cancellationToken
    )
    {
        var unreadable = new List<string>();
        await using (var command = new NpgsqlCommand(Unreadable, session))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                unreadable.Add(reader.GetString(0));
            }
        }

        if (unreadable.Count > 0)
        {
            string more = unreadable.Count > 3 ? $" and {unreadable.Count - 3} more" : string.Empty;
            throw new PermanentException(
                target.Names.Kind,
                $"{target.Names.Username} '{target.Username}' may not read "
                    + $"{string.Join(", ", unreadable.Take(3))}{more} in {target.Place}; GRANT pg_read_all_data "
                    + "(PostgreSQL 14 and later), or SELECT on all tables and sequences"
            );
        }
    }
}
