using System.Collections.Frozen;
using AlfrescoBackupFlows.Alfresco.Processes;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using MySqlConnector;

namespace AlfrescoBackupFlows.Alfresco.Databases.MySql;

/// <summary>
/// Dumps through <c>mariadb-dump</c> or <c>mysqldump</c>. Their snapshot cannot be shared, so required URLs, watermark
/// counts and the digests of the rows are read out of the dump as it passes (<see cref="InsertReader"/>).
/// </summary>
internal sealed class MySqlSource(DatabaseConnection connection, Action<string> tell) : IDatabaseSource
{
    public Task<DatabaseFacts> CheckAsync(CancellationToken cancellationToken) =>
        MySqlSession.AskAsync(
            connection,
            async session =>
            {
                var server = MySqlServer.Of(session);
                var tool = await FindToolAsync(server, cancellationToken);
                await RequireAllRowsAsync(tool, cancellationToken);
                var found = await LookAsync(
                    session,
                    async token =>
                    {
                        await MySqlRights.RequireReadableAsync(session, connection, token);
                        return await MySqlTables.LookAsync(session, connection, token);
                    },
                    cancellationToken
                );
                List<Notice> notices = [.. Notices(server, tool), .. found.Notices];
                return new DatabaseFacts(
                    server.Vendor,
                    server.Version.ToString(),
                    tool.File,
                    tool.Version.ToString(),
                    found.SizeBytes,
                    [.. notices.Select(static notice => notice.Line)]
                )
                {
                    Notices = notices,
                    TenantRoots = await MySqlTables.ReadTenantRootsAsync(session, cancellationToken),
                    HasEncryptedContent = await MySqlTables.HasEncryptedContentAsync(session, cancellationToken),
                    Clock = await MySqlTables.ReadClockAsync(session, cancellationToken),
                };
            },
            cancellationToken
        );

    public async Task<DumpResult> DumpAsync(
        Func<Stream, CancellationToken, Task> dump,
        Func<RequiredUrl, ValueTask> required,
        RowDigests? known,
        INodeRows? nodes,
        CancellationToken cancellationToken
    )
    {
        GuardedRows? guarded = nodes is null ? null : new GuardedRows(nodes);
        (MySqlServer server, MySqlTool tool, bool hasEvents, string settings, NodeInserts? passing) =
            await MySqlSession.AskAsync(
                connection,
                async session =>
                {
                    var server = MySqlServer.Of(session);
                    var tool = await FindToolAsync(server, cancellationToken);
                    await RequireAllRowsAsync(tool, cancellationToken);
                    await LookAsync(
                        session,
                        token => MySqlTables.LookAsync(session, connection, token),
                        cancellationToken
                    );
                    return (
                        server,
                        tool,
                        await MySqlTables.HasEventsAsync(session, cancellationToken),
                        await MySqlSettings.ForToolAsync(session, connection, cancellationToken),
                        // The last question: it changes the session's limits.
                        guarded is null
                            ? null
                            : await ReadNodesAsync(session, guarded, cancellationToken)
                    );
                },
                cancellationToken
            );

        var inserts = new AlfrescoInserts(known, passing);
        string[] arguments = Arguments(tool, hasEvents, settings);
        var said = await RunAsync(tool, arguments, inserts, dump, required, cancellationToken);
        if (inserts.NotApplicable.Contains("alf_node"))
        {
            // The tool leaves out, without a word, what the user may not read.
            throw new PermanentException(
                connection.Names.Kind,
                $"{tool.File} left the table alf_node out of the dump of {connection.Place}; GRANT SELECT ON "
                    + $"`{connection.Database}`.* to {connection.Names.Username} '{connection.Username}'"
            );
        }

        return new DumpResult(
            Vendor: server.Vendor,
            ServerVersion: server.Version.ToString(),
            ToolVersion: tool.Version.ToString(),
            Watermark: inserts.Watermark,
            Rows: inserts.Rows,
            NotApplicable: inserts.NotApplicable,
            TenantRoots: inserts.TenantRoots,
            Warnings: [.. Notices(server, tool).Select(static notice => notice.Line), .. said]
        )
        {
            Digests = inserts.Digests,
            Withheld = inserts.Withheld,
            NodesFault = guarded?.Fault,
        };
    }

    /// <summary>Never a reason for a dump to fail: whoever changes these tables may be done when the tool comes to them.</summary>
    private async Task<NodeInserts> ReadNodesAsync(
        MySqlConnection session,
        GuardedRows rows,
        CancellationToken cancellationToken
    )
    {
        try
        {
            TimeSpan lockLimit = GuardedRows.LongestLock(connection);
            return new NodeInserts(rows, await MySqlTables.ReadPropertiesAsync(session, lockLimit, cancellationToken));
        }
#pragma warning disable CA1031 // Whatever it is, a whole dump is worth more than a catalogue.
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            rows.Fail($"the ids of properties cannot be read ({PlainText.Excerpt(exception.Message)})");
            return new NodeInserts(rows, FrozenDictionary<string, long>.Empty);
        }
    }

    /// <summary>Under a watch: the server's own tables wait for whoever changes one.</summary>
    private async Task<T> LookAsync<T>(
        MySqlConnection session,
        Func<CancellationToken, Task<T>> look,
        CancellationToken cancellationToken
    )
    {
        await using var waits = new MySqlWaits(connection, static () => true, session.ServerThread);
        return await new WaitWatch(connection, tell, waits.FindHolderAsync).RunAsync(
            "the look at the tables",
            silence: null,
            look,
            cancellationToken
        );
    }

    /// <summary>
    /// A tool whose session cannot be set dumps as many rows as the server gives to anybody, and says nothing.
    /// </summary>
    private async Task RequireAllRowsAsync(MySqlTool tool, CancellationToken cancellationToken)
    {
        if (tool.TakesInitCommand)
        {
            return;
        }

        await using var session = await MySqlSession.OpenAsync(connection, cancellationToken, pinned: false);
        const string Limit = "SELECT CAST(@@SESSION.sql_select_limit AS CHAR)";
        string limit = (await SessionQueries.ListAsync(session, Limit, cancellationToken))[0];
        if (limit != MySqlSettings.AllRows)
        {
            throw new PermanentException(
                connection.Names.Kind,
                $"{connection.Names.Url}: {connection.Place} gives '{connection.Username}' at most {limit} rows of a table "
                    + "(sql_select_limit), and so no dump of it is whole; SET GLOBAL sql_select_limit = "
                    + $"{MySqlSettings.AllRows}, and take it out of init_connect"
            );
        }
    }

    private async Task<IReadOnlyList<string>> RunAsync(
        MySqlTool tool,
        string[] arguments,
        AlfrescoInserts inserts,
        Func<Stream, CancellationToken, Task> dump,
        Func<RequiredUrl, ValueTask> required,
        CancellationToken cancellationToken
    )
    {
        var reader = new InsertReader(inserts);
        var tail = new StreamTail();
        ObservedStream? passing = null;
        await using var waits = new MySqlWaits(connection, () => Silence() > TimeSpan.FromMilliseconds(100));
        ToolExit exit;
        try
        {
            exit = await new WaitWatch(connection, tell, waits.FindHolderAsync).RunAsync(
                "the dump",
                Silence,
                stop =>
                    ToolProcess.RunAsync(
                        tool.Command(connection, arguments),
                        input: null,
                        (output, token) => dump(passing = new ObservedStream(output, ObserveAsync), token),
                        stop
                    ),
                cancellationToken
            );
        }
        catch (FormatException exception)
        {
            throw new PermanentException(
                connection.Names.Kind,
                $"{tool.File}: its dump of {connection.Place} is not as expected ({exception.Message}); use the "
                    + $"tools of the server's version ({connection.Names.ToolPath})",
                exception
            );
        }

        if (exit.Code != 0 || exit.Errors.Any(MySqlDump.IsFault))
        {
            throw MySqlDump.Failed(connection, tool, exit);
        }

        inserts.Complete();
        await TellAsync();
        return MySqlDump.IsComplete(tail.Bytes)
            ? exit.Errors
            : throw new PermanentException(
                connection.Names.Kind,
                $"{tool.File} ended the dump of {connection.Place} without its last line: it is truncated and was "
                    + $"not accepted; see {connection.Names.ToolPath} and the server's log"
            );

        TimeSpan Silence() => passing?.Silence ?? TimeSpan.Zero;

        async ValueTask ObserveAsync(ReadOnlyMemory<byte> piece)
        {
            tail.Append(piece.Span);
            reader.Read(piece.Span);
            await TellAsync();
        }

        async ValueTask TellAsync()
        {
            while (inserts.Pending.TryDequeue(out var url))
            {
                await required(url);
            }
        }
    }

    private static string[] Arguments(MySqlTool tool, bool hasEvents, string settings)
    {
        List<string> arguments =
        [
            "--single-transaction",
            "--quick",
            "--hex-blob",
            "--routines",
            "--triggers",
            "--complete-insert",
            // Needs the PROCESS right on MySQL, and Alfresco has no tablespaces of its own.
            "--no-tablespaces",
            // So that an unchanged database is an unchanged dump.
            "--skip-dump-date",
        ];
        if (hasEvents)
        {
            // Only then, because it needs a right that an installation without events has no reason to give.
            arguments.Add("--events");
        }

        if (tool.TakesInitCommand)
        {
            arguments.Add($"--init-command={settings}");
        }

        if (!tool.IsMariaDb && tool.Version.Major >= 8)
        {
            arguments.AddRange(["--column-statistics=0", "--set-gtid-purged=OFF"]);
        }

        return [.. arguments];
    }

    private IEnumerable<Notice> Notices(MySqlServer server, MySqlTool tool)
    {
        string fault =
            $"{connection.Names.ToolPath}: {tool.File} is version {tool.Version}, into whose dumps a hostile server "
            + "can put statements "
            + "(CVE-2024-21096); update it";
        return MySqlFaults.AreIn(tool.Version)
            ? server
                .Compare(connection, tool)
                .Append(Notice.OfLine("dump-tool-unsafe", fault, "a restore would run these statements"))
            : server.Compare(connection, tool);
    }

    private async Task<MySqlTool> FindToolAsync(MySqlServer server, CancellationToken cancellationToken)
    {
        var tool = await MySqlTool.FindDumpAsync(connection, server.IsMariaDb, cancellationToken);
        return server.IsMariaDb || tool.IsMariaDb || tool.Version.Major >= server.Version.Major
            ? tool
            : throw new PermanentException(
                connection.Names.Kind,
                $"{connection.Names.ToolPath}: {tool.File} is version {tool.Version}, older than the server's "
                    + $"{server.Version}, and cannot dump it; install the server's own client tools and name their "
                    + "directory"
            )
            {
                Ids = ["dump-tool-older"],
            };
    }
}
