using AlfrescoBackupFlows.Alfresco.Processes;
using AlfrescoBackupFlows.Platform.Errors;
using MySqlConnector;

namespace AlfrescoBackupFlows.Alfresco.Databases.MySql;

/// <summary>
/// Dumps through <c>mariadb-dump</c> or <c>mysqldump</c>. Their snapshot cannot be shared, so required URLs, watermark
/// and counts are read out of the dump as it passes (<see cref="InsertReader"/>).
/// </summary>
internal sealed class MySqlSource(DatabaseConnection connection) : IDatabaseSource
{
    public async Task<DatabaseFacts> CheckAsync(CancellationToken cancellationToken)
    {
        await using var session = await MySqlSession.OpenAsync(connection, cancellationToken);
        try
        {
            var server = MySqlServer.Of(session);
            var tool = await FindToolAsync(server, cancellationToken);
            var found = await MySqlTables.LookAsync(session, connection, cancellationToken);
            return new DatabaseFacts(
                server.Vendor,
                server.Version.ToString(),
                tool.File,
                tool.Version.ToString(),
                found.SizeBytes,
                [.. Warnings(server, tool), .. found.Warnings]
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

    public async Task<DumpResult> DumpAsync(
        Func<Stream, CancellationToken, Task> dump,
        Func<RequiredUrl, ValueTask> required,
        CancellationToken cancellationToken
    )
    {
        MySqlServer server;
        MySqlTool tool;
        bool hasEvents;
        await using (var session = await MySqlSession.OpenAsync(connection, cancellationToken))
        {
            try
            {
                server = MySqlServer.Of(session);
                tool = await FindToolAsync(server, cancellationToken);
                await MySqlTables.LookAsync(session, connection, cancellationToken);
                hasEvents = await MySqlTables.HasEventsAsync(session, cancellationToken);
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

        var inserts = new AlfrescoInserts();
        var said = await RunAsync(tool, Arguments(tool, hasEvents), inserts, dump, required, cancellationToken);
        return new DumpResult(
            server.Vendor,
            server.Version.ToString(),
            tool.Version.ToString(),
            inserts.Watermark,
            inserts.Rows,
            inserts.NotApplicable,
            inserts.TenantRoots,
            [.. Warnings(server, tool), .. said]
        );
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
        ToolExit exit;
        try
        {
            exit = await ToolProcess.RunAsync(
                tool.Command(connection, arguments),
                input: null,
                (output, token) => dump(new ObservedStream(output, ObserveAsync), token),
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

        return MySqlDump.IsComplete(tail.Bytes)
            ? exit.Errors
            : throw new TransientException(
                connection.Names.Kind,
                $"{tool.File} ended the dump of {connection.Place} without its last line: it is truncated and was "
                    + $"not accepted; see {connection.Names.ToolPath} and the server's log"
            );

        async ValueTask ObserveAsync(ReadOnlyMemory<byte> piece)
        {
            tail.Append(piece.Span);
            reader.Read(piece.Span);
            while (inserts.Pending.TryDequeue(out var url))
            {
                await required(url);
            }
        }
    }

    private static string[] Arguments(MySqlTool tool, bool hasEvents)
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

        if (!tool.IsMariaDb && tool.Version.Major >= 8)
        {
            arguments.AddRange(["--column-statistics=0", "--set-gtid-purged=OFF"]);
        }

        return [.. arguments];
    }

    private IEnumerable<string> Warnings(MySqlServer server, MySqlTool tool)
    {
        string fault =
            $"{connection.Names.ToolPath}: {tool.File} is version {tool.Version}, into whose dumps a hostile server "
            + "can slip statements "
            + "(CVE-2024-21096); update it";
        return MySqlFaults.AreIn(tool.Version)
            ? server.Compare(connection, tool).Append(fault)
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
            );
    }
}
