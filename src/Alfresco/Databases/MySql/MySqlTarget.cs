using System.Globalization;
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
    public async Task<DatabaseFacts> CheckEmptyAsync(DumpOrigin dump, CancellationToken cancellationToken) =>
        IsOurs(dump)
            ? await MySqlSession.AskAsync(
                connection,
                session =>
                    new MySqlTargetCheck(session, MySqlServer.Of(session), connection).RunAsync(
                        dump,
                        cancellationToken
                    ),
                cancellationToken
            )
            : throw dump.RefusedBy(connection);

    public async Task<IReadOnlyList<string>> CheckDumpAsync(
        DumpOrigin dump,
        Func<Stream, CancellationToken, Task> writeDump,
        CancellationToken cancellationToken
    )
    {
        if (!IsOurs(dump))
        {
            return [];
        }

        // A server that refuses the connection shows before the dump is read, and no session waits meanwhile.
        await (await MySqlSession.OpenAsync(connection, cancellationToken)).DisposeAsync();
        MySqlDumpNames names = await MySqlDumpNames.ReadAsync(writeDump, cancellationToken);
        return await MySqlSession.AskAsync<IReadOnlyList<string>>(
            connection,
            async session =>
            {
                await new MySqlTargetFindings(session, connection, names).RequireNoneAsync(cancellationToken);
                return [];
            },
            cancellationToken
        );
    }

    public Task<bool> TakeOverAsync(CancellationToken cancellationToken) =>
        MySqlSession.AskAsync(
            connection,
            async session =>
            {
                await MySqlLeftovers.EndAsync(session, connection, cancellationToken);
                return await MySqlContents.FindAnyAsync(session, connection.MarkTable, cancellationToken) is null;
            },
            cancellationToken
        );

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
            await MySqlContents.RequireNoneAsync(session, connection, cancellationToken);
            if (await MySqlContents.IsMarkedAsync(session, cancellationToken))
            {
                await MySqlLeftovers.RequireNoneAsync(session, connection, cancellationToken);
            }

            await MySqlContents.ClearAsync(session, connection.MarkTable, cancellationToken);
            await MySqlContents.ClearProgramsAsync(session, cancellationToken);

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

            await MySqlContents.UnmarkAsync(session, cancellationToken);
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

    public Task<IReadOnlyDictionary<string, long>> CountRowsAsync(
        IReadOnlyCollection<string> tables,
        CancellationToken cancellationToken
    ) =>
        MySqlSession.AskAsync<IReadOnlyDictionary<string, long>>(
            connection,
            async session =>
            {
                HashSet<string> there = new(
                    await MySqlTables.NamesAsync(session, cancellationToken),
                    StringComparer.OrdinalIgnoreCase
                );
                var rows = new SortedDictionary<string, long>(StringComparer.Ordinal);
                foreach (string table in tables.Where(there.Contains))
                {
                    there.TryGetValue(table, out string? name);
                    List<string> counted = await SessionQueries.ListAsync(
                        session,
                        $"SELECT CAST(COUNT(*) AS CHAR) FROM {MySqlTables.Quote(name!)}",
                        cancellationToken
                    );
                    rows[table] = long.Parse(counted[0], CultureInfo.InvariantCulture);
                }

                return rows;
            },
            cancellationToken
        );

    public Task<IReadOnlyList<ContentNode>> FindNodesAsync(
        IReadOnlyCollection<long> urls,
        CancellationToken cancellationToken
    ) =>
        MySqlSession.AskAsync(
            connection,
            session => new NodeQueries(session, MySqlTables.Quote).FindAsync(urls, cancellationToken),
            cancellationToken
        );

    /// <summary>It is made before anything else, so that without it nothing was left running.</summary>
    public Task<bool> IsMarkedAsync(CancellationToken cancellationToken) =>
        MySqlSession.AskAsync(
            connection,
            async session =>
            {
                if (
                    connection.MarkTable is not { } mark
                    || !await MySqlContents.HasTableAsync(session, mark, cancellationToken)
                )
                {
                    return false;
                }

                await MySqlLeftovers.EndAsync(session, connection, cancellationToken);
                return true;
            },
            cancellationToken
        );

    public Task ClearAsync(CancellationToken cancellationToken) =>
        MySqlSession.AskAsync(
            connection,
            async session =>
            {
                await MySqlLeftovers.EndAsync(session, connection, cancellationToken);
                await MySqlContents.ClearAsync(session, connection.MarkTable, cancellationToken);
                await MySqlContents.ClearProgramsAsync(session, cancellationToken);
                await MySqlContents.UnmarkAsync(session, cancellationToken, connection.MarkTable);
                await MySqlContents.RequireNoneAsync(session, connection, cancellationToken);
                return true;
            },
            cancellationToken
        );

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

    private static bool IsOurs(DumpOrigin dump) => dump.Vendor.ToUpperInvariant() is "MYSQL" or "MARIADB";
}
