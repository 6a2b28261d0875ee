using AlfrescoBackupFlows.Platform.Errors;
using Npgsql;

namespace AlfrescoBackupFlows.Alfresco.Databases.Postgres;

/// <summary>
/// What somebody put into a database. Whatever a dump may create counts, not tables alone: a type, a function, a schema
/// or a large object that is there already would fail the load at its end. What an extension brought does not count,
/// nor the extensions themselves: a dump makes them only where they are missing.
/// </summary>
internal static class PostgresContents
{
    private const string Schemas = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'";

    private static readonly string[] Queries =
    [
        $"""
            SELECT CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence'
              WHEN 'f' THEN 'foreign table' WHEN 'c' THEN 'type' ELSE 'table' END || ' ' || n.nspname || '.' || c.relname
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f', 'c') AND {Schemas} AND {NotOf("c.oid", "pg_class")}
            """,
        $"""
            SELECT 'function ' || n.nspname || '.' || p.proname
            FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
            WHERE {Schemas} AND {NotOf("p.oid", "pg_proc")}
            """,
        $"""
            SELECT 'type ' || n.nspname || '.' || t.typname
            FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
            WHERE t.typrelid = 0 AND t.typelem = 0 AND {Schemas} AND {NotOf("t.oid", "pg_type")}
            """,
        $"""
            SELECT 'schema ' || n.nspname FROM pg_catalog.pg_namespace n
            WHERE n.nspname <> 'public' AND {Schemas} AND {NotOf("n.oid", "pg_namespace")}
            """,
        $"""
            SELECT 'collation ' || n.nspname || '.' || c.collname
            FROM pg_catalog.pg_collation c JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace
            WHERE {Schemas} AND {NotOf("c.oid", "pg_collation")}
            """,
        $"""
            SELECT 'operator ' || n.nspname || '.' || o.oprname
            FROM pg_catalog.pg_operator o JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace
            WHERE {Schemas} AND {NotOf("o.oid", "pg_operator")}
            """,
        $"""
            SELECT 'text search configuration ' || n.nspname || '.' || c.cfgname
            FROM pg_catalog.pg_ts_config c JOIN pg_catalog.pg_namespace n ON n.oid = c.cfgnamespace
            WHERE {Schemas} AND {NotOf("c.oid", "pg_ts_config")}
            """,
        "SELECT 'large object ' || oid FROM pg_catalog.pg_largeobject_metadata",
        "SELECT 'event trigger ' || evtname FROM pg_catalog.pg_event_trigger",
        $"SELECT 'foreign server ' || s.srvname FROM pg_catalog.pg_foreign_server s WHERE {NotOf("s.oid", "pg_foreign_server")}",
    ];

    /// <summary>The name and kind of something that is in the database already, or null.</summary>
    public static Task<string?> FindAnyAsync(NpgsqlConnection session, CancellationToken cancellationToken)
    {
        string any = string.Join(
            " UNION ALL ",
            Queries.Select(static query => $"(SELECT * FROM ({query}) q ORDER BY 1 LIMIT 1)")
        );
        return PostgresSession.ScalarAsync<string>(session, $"{any} LIMIT 1", cancellationToken);
    }

    public static async Task RequireNoneAsync(
        NpgsqlConnection session,
        DatabaseConnection target,
        CancellationToken cancellationToken
    )
    {
        if (await FindAnyAsync(session, cancellationToken) is { } found)
        {
            throw new PermanentException(
                target.Names.Kind,
                $"{target.Names.Url}: database '{target.Database}' at {target.Host}:{target.Port} is not empty (it has "
                    + $"the {found}); create an empty one and name it"
            );
        }
    }

    /// <summary>It came with no extension.</summary>
    internal static string NotOf(string id, string catalog) =>
        "NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d WHERE d.classid = "
        + $"'pg_catalog.{catalog}'::regclass AND d.objid = {id} AND d.deptype = 'e')";
}
