using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using Npgsql;

namespace AlfrescoBackupFlows.Alfresco.Databases.Postgres;

/// <summary>
/// A dump reads every table, sequence and large object; one that it may not read fails it after an hour, so the rights
/// are looked at first, all of them.
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

    private const string HidesRows = """
        SELECT n.nspname || '.' || c.relname
        FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p') AND c.relrowsecurity AND row_security_active(c.oid) ORDER BY 1
        """;

    private const string UnreadableObjects = """
        SELECT l.oid::text FROM pg_catalog.pg_largeobject_metadata l
        WHERE NOT (SELECT r.rolsuper FROM pg_catalog.pg_roles r WHERE r.rolname = current_user)
          AND current_setting('lo_compat_privileges') <> 'on' AND NOT pg_has_role(l.lomowner, 'USAGE')
          AND NOT EXISTS (SELECT 1 FROM aclexplode(l.lomacl) a WHERE a.privilege_type = 'SELECT'
                          AND (a.grantee = 0 OR pg_has_role(a.grantee, 'USAGE')))
        ORDER BY l.oid LIMIT 1000
        """;

    /// <summary>Where the server can say it itself.</summary>
    private const string UnreadableObjectsSince18 =
        "SELECT l.oid::text FROM pg_catalog.pg_largeobject_metadata l "
        + "WHERE NOT has_largeobject_privilege(l.oid, 'SELECT') ORDER BY l.oid LIMIT 1000";

    /// <exception cref="PermanentException">Something may not be read; the message names all kinds of it.</exception>
    public static async Task RequireReadAllAsync(
        NpgsqlConnection session,
        DatabaseConnection target,
        CancellationToken cancellationToken
    )
    {
        string objects = session.PostgreSqlVersion.Major >= 18 ? UnreadableObjectsSince18 : UnreadableObjects;
        string user = target.Username.Replace("\"", "\"\"", StringComparison.Ordinal);
        var found = new List<string>();
        Add(
            await SessionQueries.ListAsync(session, Unreadable, cancellationToken),
            "may not read",
            "GRANT pg_read_all_data (PostgreSQL 14 and later), or SELECT on all tables and sequences and USAGE on their "
                + "schemas"
        );
        Add(
            await SessionQueries.ListAsync(session, HidesRows, cancellationToken),
            "does not see all rows, for the sake of row security, of",
            $"ALTER ROLE \"{user}\" BYPASSRLS"
        );
        Add(
            await SessionQueries.ListAsync(session, objects, cancellationToken),
            "may not read the large objects",
            $"GRANT SELECT ON LARGE OBJECT ... TO \"{user}\", or make it a member of their owner's role"
        );
        if (found.Count > 0)
        {
            throw new PermanentException(
                target.Names.Kind,
                $"{target.Names.Username} '{target.Username}' {string.Join("; it ", found)} ({target.Place})"
            )
            {
                Ids = ["database-rights"],
            };
        }

        void Add(List<string> names, string what, string fix)
        {
            if (names.Count > 0)
            {
                string more = names.Count > 3 ? $" and {names.Count - 3} more" : string.Empty;
                string some = string.Join(", ", names.Take(3).Select(PlainText.Escape));
                found.Add($"{what} {some}{more}: {fix}");
            }
        }
    }
}
