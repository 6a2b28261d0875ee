using Npgsql;

namespace AlfrescoBackupFlows.Alfresco.Databases.Postgres;

/// <summary>
/// Empties a database that a restore has filled. Not by DROP OWNED, which takes the user's rights on the database as
/// well: what <see cref="PostgresContents"/> counts is dropped, kind by kind, and what extensions brought stays.
/// </summary>
internal static class PostgresClearing
{
    private const string Schemas = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'";

    /// <summary>Each gives statements; what an earlier one took with it, a later one does not see.</summary>
    private static readonly string[] Statements =
    [
        "SELECT format('DROP EVENT TRIGGER IF EXISTS %I CASCADE', evtname) FROM pg_catalog.pg_event_trigger",
        $"""
            SELECT format('DROP SCHEMA IF EXISTS %I CASCADE', n.nspname) FROM pg_catalog.pg_namespace n
            WHERE n.nspname <> 'public' AND {Schemas} AND {NotOf("n.oid", "pg_namespace")}
            """,
        $"""
            SELECT format('DROP %s IF EXISTS %I.%I CASCADE', CASE c.relkind WHEN 'v' THEN 'VIEW'
              WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE' WHEN 'f' THEN 'FOREIGN TABLE'
              WHEN 'c' THEN 'TYPE' ELSE 'TABLE' END, n.nspname, c.relname)
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c', 'S') AND {Schemas} AND {NotOf("c.oid", "pg_class")}
            """,
        $"""
            SELECT format('DROP ROUTINE IF EXISTS %s CASCADE', p.oid::regprocedure)
            FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
            WHERE {Schemas} AND {NotOf("p.oid", "pg_proc")}
            """,
        $"""
            SELECT format('DROP TYPE IF EXISTS %I.%I CASCADE', n.nspname, t.typname)
            FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
            WHERE t.typrelid = 0 AND t.typelem = 0 AND {Schemas} AND {NotOf("t.oid", "pg_type")}
            """,
        $"""
            SELECT format('DROP OPERATOR IF EXISTS %s CASCADE', o.oid::regoperator)
            FROM pg_catalog.pg_operator o JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace
            WHERE {Schemas} AND {NotOf("o.oid", "pg_operator")}
            """,
        $"""
            SELECT format('DROP TEXT SEARCH CONFIGURATION IF EXISTS %I.%I CASCADE', n.nspname, c.cfgname)
            FROM pg_catalog.pg_ts_config c JOIN pg_catalog.pg_namespace n ON n.oid = c.cfgnamespace
            WHERE {Schemas} AND {NotOf("c.oid", "pg_ts_config")}
            """,
        $"""
            SELECT format('DROP COLLATION IF EXISTS %I.%I CASCADE', n.nspname, c.collname)
            FROM pg_catalog.pg_collation c JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace
            WHERE {Schemas} AND {NotOf("c.oid", "pg_collation")}
            """,
        $"SELECT format('DROP SERVER IF EXISTS %I CASCADE', s.srvname) FROM pg_catalog.pg_foreign_server s WHERE {NotOf("s.oid", "pg_foreign_server")}",
        "SELECT format('SELECT pg_catalog.lo_unlink(%s)', oid) FROM pg_catalog.pg_largeobject_metadata",
    ];

    public static async Task RunAsync(
        NpgsqlConnection session,
        DatabaseConnection target,
        CancellationToken cancellationToken
    )
    {
        foreach (string statements in Statements)
        {
            foreach (string statement in await SessionQueries.ListAsync(session, statements, cancellationToken))
            {
                await SessionQueries.ExecuteAsync(session, statement, cancellationToken);
            }
        }

        await PostgresContents.RequireNoneAsync(session, target, cancellationToken);
    }

    private static string NotOf(string id, string catalog) => PostgresContents.NotOf(id, catalog);
}
