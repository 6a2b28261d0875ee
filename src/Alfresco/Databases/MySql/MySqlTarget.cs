using AlfrescoBackupFlows.Alfresco.Processes;
using AlfrescoBackupFlows.Platform.Errors;
using MySqlConnector;

namespace AlfrescoBackupFlows.Alfresco.Databases.MySql;

/// <summary>
/// Restores through the <c>mariadb</c> or <c>mysql</c> client. DDL cannot be taken back, so the database carries a
/// marker table until the dump is in to its last line; one with the marker counts as empty and is cleared by the next
/// attempt.
/// </summary>
internal sealed class MySqlTarget(DatabaseConnection connection, Action<string> tell) : IDatabaseTarget
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
        var server = MySqlServer.Of(session);
        var findings = new CheckFindings();
        try
        {
            await findings.TryAsync(() => MySqlGrants.RequireWritableAsync(session, connection, cancellationToken));
            await findings.TryAsync(() => RequireEmptyAsync(session, cancellationToken));
            await findings.TryAsync(() => RequireVersionAsync(server, dump));
            MySqlTool? tool = null;
            await findings.TryAsync(async () =>
                tool = await MySqlTool.FindClientAsync(connection, server.IsMariaDb, cancellationToken)
            );
            findings.ThrowIfAny();
            List<string> warnings =
            [
                .. server.Compare(connection, tool!),
                .. Warn(server, dump),
                .. await WarnOfCharacterSetAsync(session, cancellationToken),
            ];
            return new DatabaseFacts(
                server.Vendor,
                server.Version.ToString(),
                tool!.File,
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

    public async Task<IReadOnlyList<string>> CheckDumpAsync(
        DumpOrigin dump,
        Func<Stream, CancellationToken, Task> writeDump,
        CancellationToken cancellationToken
    )
    {
        if (dump.Vendor.ToUpperInvariant() is not ("MYSQL" or "MARIADB"))
        {
            return [];
        }

        // A server that cannot be entered is told before the dump is read, and no session waits for that.
        await (await MySqlSession.OpenAsync(connection, cancellationToken)).DisposeAsync();
        MySqlDumpNames names = await MySqlDumpNames.ReadAsync(writeDump, cancellationToken);
        await using var session = await MySqlSession.OpenAsync(connection, cancellationToken);
        try
        {
            await new MySqlTargetFindings(session, connection, names).RequireNoneAsync(cancellationToken);
            return [];
        }
        catch (MySqlException exception)
        {
            throw MySqlSession.Explain(connection, exception);
        }
    }

    /// <summary>What a newer server's dump says, an older one mostly does not know.</summary>
    private Task RequireVersionAsync(MySqlServer server, DumpOrigin dump) =>
        string.Equals(server.Vendor, dump.Vendor, StringComparison.OrdinalIgnoreCase)
        && Version.TryParse(dump.ServerVersion, out var version)
        && server.Version < new Version(version.Major, version.Minor)
            ? throw new PermanentException(
                connection.Names.Kind,
                $"{connection.Names.Url}: the target's server {server.Version} is older than the dump's "
                    + $"{dump.ServerVersion}; name a database on a server of that version or a later one"
            )
            : Task.CompletedTask;

    private IEnumerable<string> Warn(MySqlServer server, DumpOrigin dump)
    {
        if (!string.Equals(server.Vendor, dump.Vendor, StringComparison.OrdinalIgnoreCase))
        {
            yield return $"{connection.Names.Url}: the dump is {dump.Vendor}'s, the target {server.Vendor}'s; what it "
                + "does not know fails the restore";
        }

        if (Version.TryParse(dump.ToolVersion, out Version? maker) && MySqlFaults.AreIn(maker))
        {
            yield return $"the dump was made by version {maker} of the dump tool, into whose dumps a hostile server could "
                + "slip statements: "
                + "restore it only if its server was your own; commands for the client are never run";
        }
    }

    /// <summary>The tables of a dump say theirs; those that Alfresco adds later take the database's.</summary>
    private async Task<IEnumerable<string>> WarnOfCharacterSetAsync(
        MySqlConnection session,
        CancellationToken cancellationToken
    )
    {
        const string Own = "SELECT CAST(@@character_set_database AS CHAR)";
        string set = (await MySqlSession.ListAsync(session, Own, cancellationToken))[0];
        return set.StartsWith("utf8", StringComparison.Ordinal)
            ? []
            :
            [
                $"{connection.Names.Url}: database '{connection.Database}' has the character set {set}; Alfresco expects "
                    + $"utf8mb4: ALTER DATABASE `{connection.Database}` CHARACTER SET utf8mb4",
            ];
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
            List<string> arguments = ["--batch", "--binary-mode", "--local-infile=0", .. tool.Restricted];
            if (tool.TakesInitCommand)
            {
                string settings = await MySqlSettings.ForToolAsync(session, connection, cancellationToken);
                arguments.Add($"--init-command={settings}");
            }

            await using var waits = new MySqlWaits(connection, static () => true);
            ObservedStream? passing = null;
            var exit = await new WaitWatch(connection, tell, waits.FindHolderAsync).RunAsync(
                "the restore",
                () => waits.IsAtWork || passing is null ? TimeSpan.Zero : passing.Silence,
                stop =>
                    ToolProcess.RunAsync(
                        tool.Command(connection, arguments),
                        (input, token) =>
                        {
                            var tail = new StreamTail();
                            passing = new ObservedStream(
                                input,
                                piece =>
                                {
                                    tail.Append(piece.Span);
                                    return ValueTask.CompletedTask;
                                }
                            );
                            return WriteAsync(passing, tail, writeDump, token);
                        },
                        output: null,
                        stop
                    ),
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
        ObservedStream input,
        StreamTail tail,
        Func<Stream, CancellationToken, Task> writeDump,
        CancellationToken cancellationToken
    )
    {
        await writeDump(input, cancellationToken);
        input.BeginWait();
        if (!MySqlDump.IsComplete(tail.Bytes))
        {
            throw MySqlDump.IsTruncated();
        }
    }

    /// <summary>
    /// The kind and name of something that is in the database already and is not an unfinished restore's, or null.
    /// </summary>
    private static async Task<string?> FindAnyAsync(MySqlConnection session, CancellationToken cancellationToken)
    {
        const string Any = $"""
            SELECT CONCAT(CASE table_type WHEN 'VIEW' THEN 'view ' WHEN 'SEQUENCE' THEN 'sequence ' ELSE 'table ' END, table_name)
            FROM information_schema.tables WHERE table_schema = DATABASE()
            UNION ALL SELECT CONCAT(LOWER(routine_type), ' ', routine_name)
            FROM information_schema.routines WHERE routine_schema = DATABASE()
            UNION ALL SELECT CONCAT('event ', event_name)
            FROM information_schema.events WHERE event_schema = DATABASE()
            """;
        var found = await MySqlSession.ListAsync(session, Any, cancellationToken);
        return found.Count > 0 && !found.Contains($"table {Marker}")
            ? found.Order(StringComparer.Ordinal).First()
            : null;
    }

    private async Task RequireEmptyAsync(MySqlConnection session, CancellationToken cancellationToken)
    {
        if (await FindAnyAsync(session, cancellationToken) is { } found)
        {
            throw new PermanentException(
                connection.Names.Kind,
                $"{connection.Names.Url}: database '{connection.Database}' at {connection.Host}:{connection.Port} is "
                    + $"not empty (it has the {found}); create an empty one and name it"
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
        foreach (string? kind in new[] { "VIEW", "TABLE", "SEQUENCE" })
        {
            var names = await MySqlSession.ListAsync(
                session,
                "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name <> "
                    + $"'{Marker}' AND table_type = '{(kind == "TABLE" ? "BASE TABLE" : kind)}'",
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
