using AlfrescoBackupFlows.Platform.Errors;
using Npgsql;

namespace AlfrescoBackupFlows.Alfresco.Databases.Postgres;

/// <summary>What is looked at in a target before anything is written: all that is wrong is said at once.</summary>
internal sealed class PostgresTargetCheck(NpgsqlConnection session, DatabaseConnection connection)
{
    public async Task<DatabaseFacts> RunAsync(DumpOrigin dump, CancellationToken cancellationToken)
    {
        var findings = new CheckFindings();
        await findings.TryAsync(() => RequireWritableAsync(cancellationToken));
        await findings.TryAsync(() => PostgresContents.RequireNoneAsync(session, connection, cancellationToken));
        await findings.TryAsync(() => RequireCreateAsync(cancellationToken));
        await findings.TryAsync(() => RequireVersionAsync(dump));
        PostgresTool? tool = null;
        await findings.TryAsync(async () => tool = await PostgresTool.FindAsync(connection, "psql", cancellationToken));
        findings.ThrowIfAny();
        return new DatabaseFacts(
            PostgresVendor.ProductName,
            session.PostgreSqlVersion.ToString(),
            tool!.File,
            tool.Version,
            await PostgresSession.ScalarAsync<long>(
                session,
                "SELECT pg_database_size(current_database())",
                cancellationToken
            ),
            await WarnAsync(tool, dump, cancellationToken)
        );
    }

    /// <summary>Asked before the files are restored, which may take hours.</summary>
    private async Task RequireCreateAsync(CancellationToken cancellationToken)
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

    /// <summary>A standby, or a database, role or server that is set to read only.</summary>
    private async Task RequireWritableAsync(CancellationToken cancellationToken)
    {
        if (await PostgresSession.ScalarAsync<bool>(session, "SELECT pg_is_in_recovery()", cancellationToken))
        {
            throw new PermanentException(
                connection.Names.Kind,
                $"{connection.Names.Url}: {connection.Host}:{connection.Port} is a standby, which nothing can be written "
                    + "to; name its primary"
            );
        }

        if (
            await PostgresSession.ScalarAsync<string>(session, "SHOW default_transaction_read_only", cancellationToken)
            == "on"
        )
        {
            throw new PermanentException(
                connection.Names.Kind,
                $"{connection.Names.Url}: {connection.Place} is read-only for '{connection.Username}' "
                    + "(default_transaction_read_only = on); ALTER DATABASE, ALTER ROLE or the server's configuration "
                    + "turns it off"
            );
        }
    }

    /// <summary>What a newer server's dump says, an older one mostly does not know.</summary>
    private Task RequireVersionAsync(DumpOrigin dump) =>
        PostgresTool.MajorOf(session.PostgreSqlVersion.ToString()) < PostgresTool.MajorOf(dump.ServerVersion)
            ? throw new PermanentException(
                connection.Names.Kind,
                $"{connection.Names.Url}: the target's server {session.PostgreSqlVersion} is older than the dump's "
                    + $"{dump.ServerVersion}; name a database on a server of that version or a later one"
            )
            : Task.CompletedTask;

    private async Task<List<string>> WarnAsync(PostgresTool tool, DumpOrigin dump, CancellationToken cancellationToken)
    {
        var warnings = new List<string>();
        string? encoding = await PostgresSession.ScalarAsync<string>(
            session,
            "SHOW server_encoding",
            cancellationToken
        );
        if (encoding != "UTF8")
        {
            warnings.Add(
                $"{connection.Names.Url}: database '{connection.Database}' has the encoding {encoding}; Alfresco "
                    + "expects UTF8"
            );
        }

        if (tool.Major < PostgresTool.MajorOf(session.PostgreSqlVersion.ToString()))
        {
            warnings.Add(
                $"{connection.Names.ToolPath}: {tool.File} is version {tool.Version}, older than the server's "
                    + $"{session.PostgreSqlVersion}; better use the server's own tools"
            );
        }

        if (PostgresProof.Warning(connection, tool) is { } unproven)
        {
            warnings.Add(unproven);
        }

        if (!PostgresRestriction.IsKnownBy(dump.ToolVersion))
        {
            warnings.Add(
                $"the dump was made by pg_dump {dump.ToolVersion}, into whose dumps a hostile server could put "
                    + "statements: "
                    + "restore it only if its server was your own; commands for the client are never run"
            );
        }

        return warnings;
    }
}
