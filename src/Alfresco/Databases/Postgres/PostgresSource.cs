using AlfrescoBackupFlows.Alfresco.Processes;
using AlfrescoBackupFlows.Platform.Errors;
using Npgsql;

namespace AlfrescoBackupFlows.Alfresco.Databases.Postgres;

/// <summary>
/// Dumps through <c>pg_dump</c>, on a snapshot that this process exports and reads the required URLs from.
/// Plain SQL, not the custom format: it is COPY text without block headers, so unchanged rows are unchanged bytes and
/// deduplicate (uncompressed archives of newer versions are cut into blocks that shift with every insert); it ends in a
/// line of its own, so that a truncated dump shows; and it loads with <c>psql</c> of any later version.
/// </summary>
internal sealed class PostgresSource(DatabaseConnection connection) : IDatabaseSource
{
    private const string Vendor = "PostgreSQL";

    public async Task<DatabaseFacts> CheckAsync(CancellationToken cancellationToken)
    {
        await using var session = await PostgresSession.OpenAsync(connection, cancellationToken);
        try
        {
            var tool = await FindToolAsync(session, cancellationToken);
            var tables = await PostgresTables.LookAsync(session, connection.Schema, cancellationToken);
            tables.RequireAlfresco(connection);
            await PostgresRights.RequireReadAllAsync(session, connection, cancellationToken);
            long size = await PostgresSession.ScalarAsync<long>(
                session,
                "SELECT pg_database_size(current_database())",
                cancellationToken
            );
            return new DatabaseFacts(
                Vendor,
                ServerVersion(session),
                tool.File,
                tool.Version,
                size,
                Warnings(session, tool)
            );
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

    public async Task<DumpResult> DumpAsync(
        Func<Stream, CancellationToken, Task> dump,
        Func<RequiredUrl, ValueTask> required,
        CancellationToken cancellationToken
    )
    {
        await using var session = await PostgresSession.OpenAsync(connection, cancellationToken);
        try
        {
            var tool = await FindToolAsync(session, cancellationToken);

            // Held open until pg_dump has ended: the snapshot lives as long as the transaction that exported it.
            await PostgresSession.ExecuteAsync(
                session,
                "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
                cancellationToken
            );
            string? snapshot = await PostgresSession.ScalarAsync<string>(
                session,
                "SELECT pg_export_snapshot()",
                cancellationToken
            );

            var tables = await PostgresTables.LookAsync(session, connection.Schema, cancellationToken);
            tables.RequireAlfresco(connection);
            await tables.ReadRequiredAsync(session, required, cancellationToken);
            var rows = await tables.CountAsync(session, cancellationToken);
            var watermark = await tables.ReadWatermarkAsync(session, cancellationToken);
            var roots = await tables.ReadTenantRootsAsync(session, cancellationToken);

            var said = await RunAsync(tool, snapshot!, dump, cancellationToken);
            await PostgresSession.ExecuteAsync(session, "COMMIT", cancellationToken);
            return new DumpResult(
                Vendor,
                ServerVersion(session),
                tool.Version,
                watermark,
                rows,
                tables.NotApplicable,
                roots,
                [.. Warnings(session, tool), .. said]
            );
        }
        catch (NpgsqlException exception)
        {
            throw PostgresSession.Explain(connection, exception);
        }
    }

    /// <returns>What pg_dump said without failing.</returns>
    private async Task<IReadOnlyList<string>> RunAsync(
        PostgresTool tool,
        string snapshot,
        Func<Stream, CancellationToken, Task> dump,
        CancellationToken cancellationToken
    )
    {
        var tail = new StreamTail();
        var command = tool.Command(
            connection,
            "--format=plain",
            $"--snapshot={snapshot}",
            "--no-password",
            // A forgotten session that holds a table for itself must not hold the backup for ever.
            "--lock-wait-timeout=600000"
        );
        var exit = await ToolProcess.RunAsync(
            command,
            input: null,
            (output, token) => dump(new ObservedStream(output, Keep), token),
            cancellationToken
        );
        if (exit.Code != 0 || exit.Errors.Any(PostgresDump.IsFault))
        {
            throw PostgresDump.Failed(connection, tool, exit);
        }

        return PostgresDump.IsComplete(tail.Bytes)
            ? exit.Errors
            : throw new TransientException(
                connection.Names.Kind,
                $"{tool.File} ended the dump of {connection.Place} without its last line: it is truncated and was "
                    + $"not accepted; see {connection.Names.ToolPath} and the server's log"
            );

        ValueTask Keep(ReadOnlyMemory<byte> piece)
        {
            tail.Append(piece.Span);
            return ValueTask.CompletedTask;
        }
    }

    private async Task<PostgresTool> FindToolAsync(NpgsqlConnection session, CancellationToken cancellationToken)
    {
        var tool = await PostgresTool.FindAsync(connection, "pg_dump", cancellationToken);
        string server = ServerVersion(session);
        return tool.Major >= PostgresTool.MajorOf(server)
            ? tool
            : throw new PermanentException(
                connection.Names.Kind,
                $"{connection.Names.ToolPath}: {tool.File} is version {tool.Version}, older than the server's "
                    + $"{server}, and cannot dump it; install PostgreSQL {server.Split('.')[0]}'s client and name "
                    + "its directory"
            );
    }

    private List<string> Warnings(NpgsqlConnection session, PostgresTool tool)
    {
        string server = ServerVersion(session);
        List<string> warnings = [];
        if (tool.Major > PostgresTool.MajorOf(server))
        {
            warnings.Add(
                $"{connection.Names.ToolPath}: {tool.File} is version {tool.Version}, newer than the server's "
                    + $"{server}: "
                    + $"its dump may not load into a server of version {server}"
            );
        }

        if (!PostgresRestriction.IsKnownBy(tool.Version))
        {
            warnings.Add(
                $"{connection.Names.ToolPath}: {tool.File} is version {tool.Version}, into whose dumps a hostile "
                    + "server can slip statements "
                    + "(CVE-2025-8714, CVE-2025-8715); update it to a minor release of August 2025 or later"
            );
        }

        return warnings;
    }

    private static string ServerVersion(NpgsqlConnection session) =>
        session.PostgreSqlVersion.Major >= 10
            ? $"{session.PostgreSqlVersion.Major}.{session.PostgreSqlVersion.Minor}"
            : session.PostgreSqlVersion.ToString();
}
