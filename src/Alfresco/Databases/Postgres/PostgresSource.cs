using System.Collections.Frozen;
using System.Globalization;
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
internal sealed class PostgresSource(DatabaseConnection connection, Action<string> tell) : IDatabaseSource
{
    public Task<DatabaseFacts> CheckAsync(CancellationToken cancellationToken) =>
        PostgresSession.AskAsync(
            connection,
            async session =>
            {
                var tool = await FindToolAsync(session, cancellationToken);
                var tables = await PostgresTables.LookAsync(session, connection, cancellationToken);
                await PostgresRights.RequireReadAllAsync(session, connection, cancellationToken);
                long size = await PostgresSession.ScalarAsync<long>(
                    session,
                    "SELECT pg_database_size(current_database())",
                    cancellationToken
                );
                List<Notice> notices = Notices(session, tool);
                return new DatabaseFacts(
                    PostgresVendor.ProductName,
                    ServerVersion(session),
                    tool.File,
                    tool.Version,
                    size,
                    [.. notices.Select(static notice => notice.Line)]
                )
                {
                    Notices = notices,
                    TenantRoots = await tables.ReadTenantRootsAsync(session, cancellationToken),
                    HasEncryptedContent = await tables.HasEncryptedContentAsync(session, cancellationToken),
                    Clock = DateTimeOffset.FromUnixTimeMilliseconds(
                        await PostgresSession.ScalarAsync<long>(
                            session,
                            "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::int8",
                            cancellationToken
                        )
                    ),
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
        string application = PostgresSession.NewWorker();
        await using var session = await PostgresSession.OpenAsync(connection, cancellationToken, application);
        try
        {
            var tool = await FindToolAsync(session, cancellationToken);

            // Held open until pg_dump has ended: the snapshot lives as long as the transaction that exported it.
            await SessionQueries.ExecuteAsync(
                session,
                "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
                cancellationToken
            );
            string? snapshot = await PostgresSession.ScalarAsync<string>(
                session,
                "SELECT pg_export_snapshot()",
                cancellationToken
            );
            DumpResult found = await WatchAsync(
                application,
                watch =>
                    watch.RunAsync(
                        "reading Alfresco's tables",
                        silence: null,
                        token => ReadAsync(session, tool, required, known, token),
                        cancellationToken
                    )
            );
            GuardedRows? guarded = nodes is null ? null : new GuardedRows(nodes);
            var reader = new PostgresNodes(connection, found.Schema!, snapshot!);
            await using NodesBesideDump? beside = guarded is null
                ? null
                : new NodesBesideDump(guarded, token => reader.ReadAsync(guarded, token), TimeProvider.System);
            IReadOnlyList<string> said = await WatchAsync(
                application,
                watch =>
                    RunAsync(
                        tool,
                        application,
                        snapshot!,
                        EncodingOf(session),
                        watch,
                        dump,
                        () => beside?.OnBytes(),
                        cancellationToken
                    )
            );
            if (beside is not null)
            {
                await beside.FinishAsync(cancellationToken);
            }

            await SessionQueries.ExecuteAsync(session, "COMMIT", cancellationToken);
            return found with
            {
                Warnings = [.. found.Warnings, .. said],
                NodesFault = guarded?.Fault,
                NodeDigests = reader.Digests,
                NodesWithheld = reader.Withheld,
            };
        }
        catch (NpgsqlException exception)
        {
            throw PostgresRefusals.Explain(connection, exception);
        }
    }

    /// <summary>
    /// The watch has a connection of its own, which is closed with it: a user may have no more than two, and the tool needs
    /// the other.
    /// </summary>
    private async Task<T> WatchAsync<T>(string application, Func<WaitWatch, Task<T>> work)
    {
        await using var waits = new PostgresWaits(connection, application);
        return await work(new WaitWatch(connection, tell, waits.FindHolderAsync));
    }

    private async Task<DumpResult> ReadAsync(
        NpgsqlConnection session,
        PostgresTool tool,
        Func<RequiredUrl, ValueTask> required,
        RowDigests? known,
        CancellationToken cancellationToken
    )
    {
        try
        {
            var tables = await PostgresTables.LookAsync(session, connection, cancellationToken);
            RowDigests? digests = await tables.ReadDigestsAsync(session, cancellationToken);
            FrozenSet<long> withheld = digests?.EqualTo(known) ?? FrozenSet<long>.Empty;
            var wanted = withheld.Count == 0 ? null : digests!.Ranges.Keys.Where(range => !withheld.Contains(range));
            await tables.ReadRequiredAsync(session, required, wanted, cancellationToken);
            var rows = await tables.CountAsync(session, cancellationToken);
            var watermark = await tables.ReadWatermarkAsync(session, cancellationToken);
            var roots = await tables.ReadTenantRootsAsync(session, cancellationToken);
            return new DumpResult(
                Vendor: PostgresVendor.ProductName,
                ServerVersion: ServerVersion(session),
                ToolVersion: tool.Version,
                Watermark: watermark,
                Rows: rows,
                NotApplicable: tables.NotApplicable,
                TenantRoots: roots,
                Warnings: [.. Notices(session, tool).Select(static notice => notice.Line)]
            )
            {
                Schema = tables.Schema,
                Digests = digests,
                Withheld = withheld,
            };
        }
        catch (NpgsqlException exception)
        {
            throw PostgresRefusals.Explain(connection, exception);
        }
    }

    /// <param name="onBytes">Called for each piece of the dump: the tool has its connection and its locks.</param>
    /// <returns>What pg_dump said without failing.</returns>
    private async Task<IReadOnlyList<string>> RunAsync(
        PostgresTool tool,
        string application,
        string snapshot,
        string encoding,
        WaitWatch watch,
        Func<Stream, CancellationToken, Task> dump,
        Action onBytes,
        CancellationToken cancellationToken
    )
    {
        var tail = new StreamTail();
        ObservedStream? passing = null;
        long locks = (long)(connection.MaxWait + TimeSpan.FromSeconds(30)).TotalMilliseconds;
        var command = tool.Command(
            connection,
            application,
            "--format=plain",
            $"--snapshot={snapshot}",
            $"--encoding={encoding}",
            "--no-password",
            // Behind the watch, which names who holds the table, and where that one finds no connection.
            string.Create(CultureInfo.InvariantCulture, $"--lock-wait-timeout={locks}")
        );
        var exit = await watch.RunAsync(
            "the dump",
            () => passing?.Silence ?? TimeSpan.Zero,
            stop =>
                ToolProcess.RunAsync(
                    command,
                    input: null,
                    (output, token) => dump(passing = new ObservedStream(output, Keep), token),
                    stop
                ),
            cancellationToken
        );
        if (exit.Code != 0 || exit.Errors.Any(PostgresDump.IsFault))
        {
            throw PostgresDump.Failed(connection, tool, exit);
        }

        return PostgresDump.IsComplete(tail.Bytes)
            ? exit.Errors
            : throw new PermanentException(
                connection.Names.Kind,
                $"{tool.File} ended the dump of {connection.Place} without its last line: it is truncated and was "
                    + $"not accepted; see {connection.Names.ToolPath} and the server's log"
            );

        ValueTask Keep(ReadOnlyMemory<byte> piece)
        {
            tail.Append(piece.Span);
            onBytes();
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
            )
            {
                Ids = ["dump-tool-older"],
            };
    }

    private List<Notice> Notices(NpgsqlConnection session, PostgresTool tool)
    {
        string server = ServerVersion(session);
        List<Notice> notices = [];
        if (tool.Major > PostgresTool.MajorOf(server))
        {
            notices.Add(
                new Notice(
                    "dump-tool-newer",
                    $"{connection.Names.ToolPath}: {tool.File} is version {tool.Version}, newer than the server's {server}",
                    $"its dump may not load into a server of version {server}",
                    "name the directory of the tools of the server's own version"
                )
            );
        }

        if (!PostgresRestriction.IsKnownBy(tool.Version))
        {
            notices.Add(
                Notice.OfLine(
                    "dump-tool-unsafe",
                    $"{connection.Names.ToolPath}: {tool.File} is version {tool.Version}, into whose dumps a hostile "
                        + "server can put statements "
                        + "(CVE-2025-8714, CVE-2025-8715); update it to a minor release of August 2025 or later",
                    "a restore would run these statements"
                )
            );
        }

        if (PostgresProof.Warning(connection, tool) is { } unproven)
        {
            notices.Add(Notice.OfLine("database-login", unproven, "somebody on the network can get the password"));
        }

        return notices;
    }

    /// <summary>Two encodings have no way to UTF-8: such a database is dumped in its own.</summary>
    private static string EncodingOf(NpgsqlConnection session) =>
        session.PostgresParameters.GetValueOrDefault("server_encoding") is { } own
        && own is "SQL_ASCII" or "MULE_INTERNAL"
            ? own
            : "UTF8";

    private static string ServerVersion(NpgsqlConnection session) =>
        session.PostgreSqlVersion.Major >= 10
            ? $"{session.PostgreSqlVersion.Major}.{session.PostgreSqlVersion.Minor}"
            : session.PostgreSqlVersion.ToString();
}
