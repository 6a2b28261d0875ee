using AlfrescoBackupFlows.Alfresco.Processes;
using AlfrescoBackupFlows.Platform.Errors;
using Npgsql;

namespace AlfrescoBackupFlows.Alfresco.Databases.Postgres;

/// <summary>
/// Restores through a restricted <c>psql</c>, or over a connection of our own where that one is too old to be
/// restricted, in one transaction: a restore that fails or is killed leaves the database as empty as it was.
/// </summary>
internal sealed class PostgresTarget(DatabaseConnection connection) : IDatabaseTarget
{
    private const string Vendor = "PostgreSQL";

    public async Task<DatabaseFacts> CheckEmptyAsync(DumpOrigin dump, CancellationToken cancellationToken)
    {
        if (!string.Equals(dump.Vendor, Vendor, StringComparison.OrdinalIgnoreCase))
        {
            throw new PermanentException(
                connection.Names.Kind,
                $"{connection.Names.Url}: the set holds a dump of {dump.Vendor}, which PostgreSQL cannot load; name "
                    + $"a {dump.Vendor} database"
            );
        }

        await using var session = await PostgresSession.OpenAsync(connection, cancellationToken);
        try
        {
            await RequireEmptyAsync(session, cancellationToken);
            await RequireCreateAsync(session, cancellationToken);
            var tool = await PostgresTool.FindAsync(connection, "psql", cancellationToken);
            var server = session.PostgreSqlVersion;
            long size = await PostgresSession.ScalarAsync<long>(
                session,
                "SELECT pg_database_size(current_database())",
                cancellationToken
            );
            string? encoding = await PostgresSession.ScalarAsync<string>(
                session,
                "SHOW server_encoding",
                cancellationToken
            );
            var warnings = new List<string>();
            if (PostgresTool.MajorOf(server.ToString()) < PostgresTool.MajorOf(dump.ServerVersion))
            {
                warnings.Add(
                    $"{connection.Names.Url}: the target's server {server} is older than the dump's "
                        + $"{dump.ServerVersion}; what it does not know fails the restore"
                );
            }

            if (encoding != "UTF8")
            {
                warnings.Add(
                    $"{connection.Names.Url}: database '{connection.Database}' has the encoding {encoding}; Alfresco "
                        + "expects UTF8"
                );
            }

            if (!PostgresRestriction.IsKnownBy(dump.ToolVersion))
            {
                warnings.Add(
                    $"the dump was made by pg_dump {dump.ToolVersion}, into whose dumps a hostile server could slip "
                        + "statements: "
                        + "restore it only if its server was your own; commands for the client are never run"
                );
            }

            return new DatabaseFacts(Vendor, server.ToString(), tool.File, tool.Version, size, warnings);
        }
        catch (NpgsqlException exception)
        {
            throw PostgresSession.Explain(connection, exception);
        }
        catch (Exception exception) when (OddAnswer.IsIn(exception))
        {
            throw OddAnswer.Explain(connection, exception);
        }
    }

    public async Task<bool> TakeOverAsync(CancellationToken cancellationToken)
    {
        await using var session = await PostgresSession.OpenAsync(connection, cancellationToken);
        try
        {
            await PostgresLeftovers.EndAsync(session, connection, cancellationToken);
            return await FindAnyAsync(session, cancellationToken) is null;
        }
        catch (NpgsqlException exception)
        {
            throw PostgresSession.Explain(connection, exception);
        }
    }

    public async Task<DatabaseRestoreResult> RestoreAsync(
        Func<Stream, CancellationToken, Task> writeDump,
        CancellationToken cancellationToken
    )
    {
        PostgresTool tool = await PostgresTool.FindAsync(connection, "psql", cancellationToken);
        await RequireFreeAsync(cancellationToken);
        return PostgresRestriction.IsKnownBy(tool.Version)
            ? await RestoreThroughPsqlAsync(tool, writeDump, cancellationToken)
            : await RestoreOverConnectionAsync(writeDump, cancellationToken);
    }

    public async Task ReadRequiredAsync(Func<RequiredUrl, ValueTask> required, CancellationToken cancellationToken)
    {
        await using var session = await PostgresSession.OpenAsync(connection, cancellationToken);
        try
        {
            var tables = await PostgresTables.LookAsync(session, connection.Schema, cancellationToken);
            tables.RequireAlfresco(connection);
            await tables.ReadRequiredAsync(session, required, cancellationToken);
        }
        catch (NpgsqlException exception)
        {
            throw PostgresSession.Explain(connection, exception);
        }
    }

    private async Task<DatabaseRestoreResult> RestoreThroughPsqlAsync(
        PostgresTool tool,
        Func<Stream, CancellationToken, Task> writeDump,
        CancellationToken cancellationToken
    )
    {
        ToolCommand command = tool.Command(
            connection,
            "--no-psqlrc",
            "--no-password",
            "--quiet",
            "--set=ON_ERROR_STOP=1",
            "--file=-"
        );
        ToolExit exit = await ToolProcess.RunAsync(
            command,
            (input, token) => WriteAsync(input, writeDump, token),
            output: null,
            cancellationToken
        );
        return exit.Code == 0 && !exit.Errors.Any(PostgresDump.IsFault)
            ? new DatabaseRestoreResult(exit.Errors)
            : throw PostgresDump.Failed(connection, tool, exit);
    }

    /// <summary>
    /// The transaction is ours, not <c>psql --single-transaction</c>: that one commits at the end of its input, also
    /// when the end is the death of this process. COMMIT is sent only after the dump's own last line.
    /// </summary>
    private static async Task WriteAsync(
        Stream input,
        Func<Stream, CancellationToken, Task> writeDump,
        CancellationToken cancellationToken
    )
    {
        var restriction = new PostgresRestriction(input);
        await restriction.BeginAsync(cancellationToken);
        await input.WriteAsync("BEGIN;\n"u8.ToArray(), cancellationToken);
        await writeDump(
            new ObservedStream(Stream.Null, piece => new ValueTask(restriction.WriteAsync(piece, cancellationToken))),
            cancellationToken
        );
        await restriction.CompleteAsync(cancellationToken);
        await input.WriteAsync("\nCOMMIT;\n"u8.ToArray(), cancellationToken);
    }

    /// <summary>A psql that knows no restriction obeys whatever stands in a dump, so it is not given any.</summary>
    private async Task<DatabaseRestoreResult> RestoreOverConnectionAsync(
        Func<Stream, CancellationToken, Task> writeDump,
        CancellationToken cancellationToken
    )
    {
        await using NpgsqlConnection session = await PostgresSession.OpenForRawTextAsync(connection, cancellationToken);
        using var loader = new PostgresLoader(session);
        var tail = new StreamTail();
        try
        {
            await loader.BeginAsync(cancellationToken);
            await writeDump(new ObservedStream(Stream.Null, LoadAsync), cancellationToken);
            if (!PostgresDump.IsComplete(tail.Bytes))
            {
                throw PostgresDump.IsTruncated();
            }

            await loader.CommitAsync(cancellationToken);
            return new DatabaseRestoreResult(loader.Notices);
        }
        catch (NpgsqlException exception)
        {
            throw PostgresDump.Refused(connection, exception);
        }

        ValueTask LoadAsync(ReadOnlyMemory<byte> piece)
        {
            tail.Append(piece.Span);
            return new ValueTask(loader.WriteAsync(piece, cancellationToken));
        }
    }

    /// <summary>The name of something that is in the database already, or null.</summary>
    private static Task<string?> FindAnyAsync(NpgsqlConnection session, CancellationToken cancellationToken)
    {
        const string Any = """
            SELECT n.nspname || '.' || c.relname
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
              AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
              AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
            ORDER BY 1 LIMIT 1
            """;
        return PostgresSession.ScalarAsync<string>(session, Any, cancellationToken);
    }

    /// <summary>Empty, and no client of an attempt that was killed is at work in it.</summary>
    private async Task RequireFreeAsync(CancellationToken cancellationToken)
    {
        await using var session = await PostgresSession.OpenAsync(connection, cancellationToken);
        try
        {
            await PostgresLeftovers.RequireNoneAsync(session, connection, cancellationToken);
            await RequireEmptyAsync(session, cancellationToken);
        }
        catch (NpgsqlException exception)
        {
            throw PostgresSession.Explain(connection, exception);
        }
    }

    /// <summary>Asked before the files are restored, which may take hours.</summary>
    private async Task RequireCreateAsync(NpgsqlConnection session, CancellationToken cancellationToken)
    {
        const string MayCreate =
            "SELECT COALESCE(has_schema_privilege(to_regnamespace('public')::oid, 'CREATE'), "
            + "has_database_privilege(current_database(), 'CREATE'))";
        if (!await PostgresSession.ScalarAsync<bool>(session, MayCreate, cancellationToken))
        {
            throw new PermanentException(
                connection.Names.Kind,
                $"{connection.Names.Username} '{connection.Username}' may not create tables in database "
                    + $"'{connection.Database}' at {connection.Host}:{connection.Port}; make it the database's "
                    + "owner, or GRANT CREATE ON SCHEMA public to it"
            );
        }
    }

    private async Task RequireEmptyAsync(NpgsqlConnection session, CancellationToken cancellationToken)
    {
        if (await FindAnyAsync(session, cancellationToken) is { } found)
        {
            throw new PermanentException(
                connection.Names.Kind,
                $"{connection.Names.Url}: database '{connection.Database}' at {connection.Host}:{connection.Port} is "
                    + $"not empty (it has {found}); create an empty one and name it"
            );
        }
    }
}
