using AlfrescoBackupFlows.Alfresco.Processes;
using AlfrescoBackupFlows.Platform.Errors;
using MySqlConnector;

namespace AlfrescoBackupFlows.Alfresco.Databases.MySql;

/// <summary>
/// Restores through the <c>mariadb</c> or <c>mysql</c> client. DDL cannot be taken back, so the database carries a
/// marker table until the dump is in to its last line; one with the marker counts as empty and is cleared by the next
/// attempt.
/// </summary>
internal sealed class MySqlTarget(DatabaseConnection connection) : IDatabaseTarget
{
    private const string Marker = "abf_restore_unfinished";

    public async Task<DatabaseFacts> CheckEmptyAsync(DumpOrigin dump, CancellationToken cancellationToken)
    {
        if (dump.Vendor.ToUpperInvariant() is not ("MYSQL" or "MARIADB"))
        {
            throw new PermanentException(
                connection.Names.Kind,
                $"{connection.Names.Url}: the set holds a dump of {dump.Vendor}, which {connection.Vendor.Name} "
                    + $"cannot load; name a {dump.Vendor} database"
            );
        }

        await using var session = await MySqlSession.OpenAsync(connection, cancellationToken);
        try
        {
            await RequireEmptyAsync(session, cancellationToken);
            var server = MySqlServer.Of(session);
            var tool = await MySqlTool.FindClientAsync(connection, server.IsMariaDb, cancellationToken);
            var warnings = new List<string>(server.Compare(connection, tool));
            if (!string.Equals(server.Vendor, dump.Vendor, StringComparison.OrdinalIgnoreCase))
            {
                warnings.Add(
                    $"{connection.Names.Url}: the dump is {dump.Vendor}'s, the target {server.Vendor}'s; what it "
                        + "does not know fails the restore"
                );
            }
            else if (
                Version.TryParse(dump.ServerVersion, out var version)
                && server.Version < new Version(version.Major, version.Minor)
            )
            {
                warnings.Add(
                    $"{connection.Names.Url}: the target's server {server.Version} is older than the dump's "
                        + $"{dump.ServerVersion}; what it does not know fails the restore"
                );
            }

            if (Version.TryParse(dump.ToolVersion, out Version? maker) && MySqlFaults.AreIn(maker))
            {
                warnings.Add(
                    $"the dump was made by version {maker} of the dump tool, into whose dumps a hostile server could "
                        + "slip statements: "
                        + "restore it only if its server was your own; commands for the client are never run"
                );
            }

            return new DatabaseFacts(
                server.Vendor,
                server.Version.ToString(),
                tool.File,
                tool.Version.ToString(),
                0,
                warnings
            );
        }
        catch (MySqlException exception)
        {
            throw MySqlSession.Explain(connection, exception);
        }
        catch (Exception exception) when (OddAnswer.IsIn(exception))
        {
            throw OddAnswer.Explain(connection, exception);
        }
    }

    public async Task<bool> TakeOverAsync(CancellationToken cancellationToken)
    {
        await using var session = await MySqlSession.OpenAsync(connection, cancellationToken);
        try
        {
            await MySqlLeftovers.EndAsync(session, connection, cancellationToken);
            return await FindAnyAsync(session, cancellationToken) is null;
        }
        catch (MySqlException exception)
        {
            throw MySqlSession.Explain(connection, exception);
        }
    }

    public async Task<DatabaseRestoreResult> RestoreAsync(
        Func<Stream, CancellationToken, Task> writeDump,
        CancellationToken cancellationToken
    )
    {
        await using var session = await MySqlSession.OpenAsync(connection, cancellationToken);
        try
        {
            var tool = await MySqlTool.FindClientAsync(
                connection,
                MySqlServer.Of(session).IsMariaDb,
                cancellationToken
            );
            await RequireEmptyAsync(session, cancellationToken);
            if ((await MySqlTables.NamesAsync(session, cancellationToken)).Contains(Marker))
            {
                await MySqlLeftovers.RequireNoneAsync(session, connection, cancellationToken);
            }

            await ClearAsync(session, cancellationToken);

            // Binary mode: the client obeys no commands that a dump may hold, and the sandbox line of newer dumps is a
            // mere comment.
            var exit = await ToolProcess.RunAsync(
                tool.Command(connection, ["--batch", "--binary-mode", "--local-infile=0", .. tool.Restricted]),
                (input, token) => WriteAsync(input, writeDump, token),
                output: null,
                cancellationToken
            );
            if (exit.Code != 0 || exit.Errors.Any(MySqlDump.IsFault))
            {
                throw MySqlDump.Failed(connection, tool, exit);
            }

            await MySqlSession.ExecuteAsync(session, $"DROP TABLE {Marker}", cancellationToken);
            return new DatabaseRestoreResult(exit.Errors);
        }
        catch (MySqlException exception)
        {
            throw MySqlSession.Explain(connection, exception);
        }
    }

    public async Task ReadRequiredAsync(Func<RequiredUrl, ValueTask> required, CancellationToken cancellationToken)
    {
        await using var session = await MySqlSession.OpenAsync(connection, cancellationToken);
        try
        {
            await MySqlTables.LookAsync(session, connection, cancellationToken);
            await MySqlTables.ReadRequiredAsync(session, required, cancellationToken);
        }
        catch (MySqlException exception)
        {
            throw MySqlSession.Explain(connection, exception);
        }
    }

    private static async Task WriteAsync(
        Stream input,
        Func<Stream, CancellationToken, Task> writeDump,
        CancellationToken cancellationToken
    )
    {
        var tail = new StreamTail();
        await writeDump(new ObservedStream(input, Keep), cancellationToken);
        if (!MySqlDump.IsComplete(tail.Bytes))
        {
            throw new PermanentException(
                ErrorKind.Repository,
                "the stored dump does not end as a dump of MySQL or MariaDB does: it is truncated; restore another "
                    + "set"
            );
        }

        ValueTask Keep(ReadOnlyMemory<byte> piece)
        {
            tail.Append(piece.Span);
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>
    /// The name of a table that is in the database already and is not an unfinished restore's, or null.
    /// </summary>
    private static async Task<string?> FindAnyAsync(MySqlConnection session, CancellationToken cancellationToken)
    {
        var tables = await MySqlTables.NamesAsync(session, cancellationToken);
        return tables.Count > 0 && !tables.Contains(Marker) ? tables[0] : null;
    }

    private async Task RequireEmptyAsync(MySqlConnection session, CancellationToken cancellationToken)
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

    /// <summary>Marks the database, and drops what an earlier attempt left under the same mark.</summary>
    private static async Task ClearAsync(MySqlConnection session, CancellationToken cancellationToken)
    {
        await MySqlSession.ExecuteAsync(
            session,
            $"CREATE TABLE IF NOT EXISTS {Marker} (id INT PRIMARY KEY) ENGINE=InnoDB",
            cancellationToken
        );
        await MySqlSession.ExecuteAsync(session, "SET FOREIGN_KEY_CHECKS = 0", cancellationToken);
        foreach (string? kind in new[] { "VIEW", "TABLE" })
        {
            var names = await MySqlSession.ListAsync(
                session,
                "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name <> "
                    + $"'{Marker}' AND table_type = '{(kind == "VIEW" ? "VIEW" : "BASE TABLE")}'",
                cancellationToken
            );
            foreach (string name in names)
            {
                await MySqlSession.ExecuteAsync(
                    session,
                    $"DROP {kind} IF EXISTS `{name.Replace("`", "``", StringComparison.Ordinal)}`",
                    cancellationToken
                );
            }
        }
    }
}
