using AlfrescoBackupFlows.Platform.Errors;
using Npgsql;

namespace AlfrescoBackupFlows.Alfresco.Databases.Postgres;

/// <summary>
/// What the dump names and the target lacks. A load finds one of these at its end; here all are found at once, before
/// anything is written.
/// </summary>
internal sealed class PostgresTargetFindings(
    NpgsqlConnection session,
    DatabaseConnection target,
    PostgresDumpNames dump
)
{
    private const int MaxNamed = 20;

    private readonly List<string> _lines = [];

    /// <exception cref="PermanentException">Of the target's kind: a line for each finding.</exception>
    public async Task RequireNoneAsync(CancellationToken cancellationToken)
    {
        bool isSuperuser = await PostgresSession.ScalarAsync<bool>(
            session,
            "SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user",
            cancellationToken
        );
        await CheckRolesAsync(cancellationToken);
        await CheckExtensionsAsync(isSuperuser, cancellationToken);
        await CheckNamesAsync(cancellationToken);
        await CheckEncodingAsync(cancellationToken);
        if (!isSuperuser && dump.OfSuperuser.Count > 0)
        {
            Add($"the dump makes {Names(dump.OfSuperuser)}, which none but a superuser may: restore as one");
        }

        if (
            dump.MakesSchema
            && !await PostgresSession.ScalarAsync<bool>(
                session,
                "SELECT has_database_privilege(current_database(), 'CREATE')",
                cancellationToken
            )
        )
        {
            Add(
                $"'{target.Username}' may not create schemas, and the dump has some: make it the database's owner, or "
                    + $"GRANT CREATE ON DATABASE {Quoted(target.Database)} to it"
            );
        }

        if (_lines.Count > 0)
        {
            throw new PermanentException(target.Names.Kind, string.Join('\n', _lines));
        }
    }

    private async Task CheckRolesAsync(CancellationToken cancellationToken)
    {
        List<string> missing = await LackingAsync(
            "SELECT rolname::text FROM pg_catalog.pg_roles WHERE rolname = ANY ($1)",
            dump.Roles,
            cancellationToken
        );
        if (missing.Count > 0)
        {
            string create = string.Join(
                " ",
                missing.Take(MaxNamed).Select(role => $"CREATE ROLE {Quoted(role)} NOLOGIN;")
            );
            Add($"the dump names roles that the server lacks: {Names(missing)}. Create them first: {create}");
        }

        // Owners and grants are part of what is restored.
        string may = session.PostgreSqlVersion.Major >= 16 ? "SET" : "MEMBER";
        List<string> barred = await ListAsync(
            $"SELECT rolname::text FROM pg_catalog.pg_roles WHERE rolname = ANY ($1) AND NOT pg_has_role(oid, '{may}') ORDER BY 1",
            dump.Owners,
            cancellationToken
        );
        if (barred.Count > 0)
        {
            Add(
                $"'{target.Username}' may not make these roles owners, as the dump does: {Names(barred)}. GRANT them to "
                    + "it, or restore as a superuser"
            );
        }

        List<string> shut = await ListAsync(
            "SELECT rolname::text FROM pg_catalog.pg_roles WHERE rolname = ANY ($1) AND rolname <> current_user AND "
                + "pg_has_role(oid, 'MEMBER') AND NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user) "
                + "AND to_regnamespace('public') IS NOT NULL AND NOT has_schema_privilege(oid, 'public', 'CREATE') ORDER BY 1",
            dump.Owners,
            cancellationToken
        );
        if (shut.Count > 0)
        {
            Add(
                $"tables of the dump belong to {Names(shut)}, which may not create in schema public: GRANT CREATE ON SCHEMA public"
            );
        }
    }

    private async Task CheckExtensionsAsync(bool isSuperuser, CancellationToken cancellationToken)
    {
        List<string> missing = await LackingAsync(
            "SELECT name::text FROM pg_catalog.pg_available_extensions WHERE name = ANY ($1) UNION "
                + "SELECT extname::text FROM pg_catalog.pg_extension WHERE extname = ANY ($1)",
            dump.Extensions,
            cancellationToken
        );
        if (missing.Count > 0)
        {
            Add(
                $"the dump needs extensions that the server does not have: {Names(missing)}. Install them there (often "
                    + "the package postgresql-contrib)"
            );
        }

        // Servers before 13 trust none.
        string trusted =
            session.PostgreSqlVersion.Major >= 13
                ? "bool_or(v.trusted OR NOT v.superuser)"
                : "bool_or(NOT v.superuser)";
        List<string> barred = isSuperuser
            ? []
            : await ListAsync(
                "SELECT v.name::text FROM pg_catalog.pg_available_extension_versions v WHERE v.name = ANY ($1) AND v.name NOT IN "
                    + $"(SELECT extname FROM pg_catalog.pg_extension) GROUP BY v.name HAVING NOT {trusted} ORDER BY 1",
                dump.Extensions,
                cancellationToken
            );
        if (barred.Count > 0)
        {
            string create = string.Join(" ", barred.Select(name => $"CREATE EXTENSION {Quoted(name)};"));
            Add(
                $"'{target.Username}' may not create extensions of the dump: {Names(barred)}. Do so as a superuser: {create}"
            );
        }
    }

    private async Task CheckNamesAsync(CancellationToken cancellationToken)
    {
        List<string> tablespaces = await LackingAsync(
            "SELECT spcname::text FROM pg_catalog.pg_tablespace WHERE spcname = ANY ($1)",
            dump.Tablespaces,
            cancellationToken
        );
        if (tablespaces.Count > 0)
        {
            Add($"the dump names tablespaces that the server lacks: {Names(tablespaces)}. CREATE TABLESPACE first");
        }

        List<string> collations = await LackingAsync(
            "SELECT collname::text FROM pg_catalog.pg_collation WHERE collname = ANY ($1) AND collencoding IN "
                + "(-1, (SELECT encoding FROM pg_catalog.pg_database WHERE datname = current_database()))",
            dump.Collations,
            cancellationToken
        );
        if (collations.Count > 0)
        {
            Add(
                $"the dump names collations that the server lacks: {Names(collations)}. Install their locales there, then "
                    + "SELECT pg_import_system_collations('pg_catalog')"
            );
        }
    }

    /// <summary>A database of one byte a character takes no text of another encoding that it has no character for.</summary>
    private async Task CheckEncodingAsync(CancellationToken cancellationToken)
    {
        string? own = await PostgresSession.ScalarAsync<string>(session, "SHOW server_encoding", cancellationToken);
        if (
            dump.Encoding is { } encoding
            && own is not ("UTF8" or "SQL_ASCII")
            && !string.Equals(own, encoding, StringComparison.OrdinalIgnoreCase)
        )
        {
            Add(
                $"database '{target.Database}' has the encoding {own}, which cannot hold the dump's {encoding}: create "
                    + $"it with ENCODING '{encoding}' TEMPLATE template0"
            );
        }
    }

    private async Task<List<string>> LackingAsync(
        string present,
        SortedSet<string> names,
        CancellationToken cancellationToken
    )
    {
        HashSet<string> there = [.. await ListAsync(present, names, cancellationToken)];
        return [.. names.Where(name => !there.Contains(name))];
    }

    private async Task<List<string>> ListAsync(string sql, SortedSet<string> names, CancellationToken cancellationToken)
    {
        List<string> found = [];
        if (names.Count == 0)
        {
            return found;
        }

        await using var command = new NpgsqlCommand(sql, session)
        {
            Parameters = { new NpgsqlParameter { Value = names.ToArray() } },
        };
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(reader.GetString(0));
        }

        return found;
    }

    private void Add(string text) => _lines.Add($"{target.Names.Url}: {target.Place}: {text}");

    private static string Names(IReadOnlyCollection<string> names) =>
        string.Join(", ", names.Take(MaxNamed))
        + (names.Count > MaxNamed ? $" and {names.Count - MaxNamed} more" : string.Empty);

    private static string Quoted(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
