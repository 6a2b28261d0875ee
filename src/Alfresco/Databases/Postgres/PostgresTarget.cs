using Npgsql;

namespace AlfrescoBackupFlows.Alfresco.Databases.Postgres;

/// <summary>
/// Restores in one transaction: a restore that fails or is killed leaves the database as empty as it was.
/// </summary>
internal sealed class PostgresTarget(DatabaseConnection connection, Action<string> tell) : IDatabaseTarget
{
    public async Task<DatabaseFacts> CheckEmptyAsync(DumpOrigin dump, CancellationToken cancellationToken) =>
        IsOurs(dump)
            ? await PostgresSession.AskAsync(
                connection,
                session => new PostgresTargetCheck(session, connection).RunAsync(dump, cancellationToken),
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
        await (await PostgresSession.OpenAsync(connection, cancellationToken)).DisposeAsync();
        PostgresDumpNames names = await PostgresDumpNames.ReadAsync(writeDump, cancellationToken);
        return await PostgresSession.AskAsync<IReadOnlyList<string>>(
            connection,
            async session =>
            {
                await new PostgresTargetFindings(session, connection, names).RequireNoneAsync(cancellationToken);
                return [];
            },
            cancellationToken
        );
    }

    public Task<bool> TakeOverAsync(CancellationToken cancellationToken) =>
        PostgresSession.AskAsync(
            connection,
            async session =>
            {
                await PostgresLeftovers.EndAsync(session, connection, cancellationToken);
                return await PostgresContents.FindAnyAsync(session, cancellationToken) is null;
            },
            cancellationToken
        );

    public Task<DatabaseRestoreResult> RestoreAsync(
        Func<Stream, CancellationToken, Task> writeDump,
        CancellationToken cancellationToken
    ) => new PostgresRestore(connection, tell).RunAsync(writeDump, cancellationToken);

    public async Task ReadRequiredAsync(Func<RequiredUrl, ValueTask> required, CancellationToken cancellationToken)
    {
        await using var session = await PostgresSession.OpenAsync(connection, cancellationToken);
        try
        {
            var tables = await PostgresTables.LookAsync(session, connection, cancellationToken);
            await tables.ReadRequiredAsync(session, required, ranges: null, cancellationToken);
        }
        catch (NpgsqlException exception)
        {
            throw PostgresRefusals.Explain(connection, exception);
        }
    }

    public Task<IReadOnlyDictionary<string, long>> CountRowsAsync(
        IReadOnlyCollection<string> tables,
        CancellationToken cancellationToken
    ) =>
        PostgresSession.AskAsync(
            connection,
            async session =>
                await (await PostgresTables.LookAsync(session, connection, cancellationToken)).CountAsync(
                    session,
                    cancellationToken
                ),
            cancellationToken
        );

    public Task<IReadOnlyList<ContentNode>> FindNodesAsync(
        IReadOnlyCollection<long> urls,
        CancellationToken cancellationToken
    ) =>
        PostgresSession.AskAsync(
            connection,
            async session =>
            {
                PostgresTables tables = await PostgresTables.LookAsync(session, connection, cancellationToken);
                return await new NodeQueries(session, tables.Name).FindAsync(urls, cancellationToken);
            },
            cancellationToken
        );

    public Task<bool> IsMarkedAsync(CancellationToken cancellationToken) =>
        PostgresSession.AskAsync(
            connection,
            async session =>
            {
                if (connection.Mark is not { } mark)
                {
                    return false;
                }

                // One that is about to commit would bring the mark after the look.
                await PostgresLeftovers.EndAsync(session, connection, cancellationToken, PostgresMark.Worker(mark));
                return await PostgresMark.IsThereAsync(session, connection, cancellationToken);
            },
            cancellationToken
        );

    public Task ClearAsync(CancellationToken cancellationToken) =>
        PostgresSession.AskAsync(
            connection,
            async session =>
            {
                await PostgresLeftovers.EndAsync(session, connection, cancellationToken);
                await PostgresClearing.RunAsync(session, connection, cancellationToken);
                return true;
            },
            cancellationToken
        );

    private static bool IsOurs(DumpOrigin dump) =>
        string.Equals(dump.Vendor, PostgresVendor.ProductName, StringComparison.OrdinalIgnoreCase);
}
