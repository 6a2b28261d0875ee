using AlfrescoBackupFlows.Platform.Errors;
using Npgsql;

namespace AlfrescoBackupFlows.Alfresco.Databases.Postgres;

/// <summary>Makes and drops databases on a PostgreSQL server.</summary>
internal sealed class PostgresServerTarget(DatabaseConnection connection) : IDatabaseServer
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);
    private const int MaxLooks = 600;

    /// <summary>From the template that nobody adds to: what stands in another one would not be empty.</summary>
    public async Task CreateAsync(string name, CancellationToken cancellationToken)
    {
        if (!await ExistsAsync(name, cancellationToken))
        {
            await AskAsync(
                session =>
                    SessionQueries.ExecuteAsync(
                        session,
                        $"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8'",
                        cancellationToken
                    ),
                cancellationToken
            );
        }

        // As before PostgreSQL 15: tables of a dump go to their owners, which must be able to have them there.
        await PostgresSession.AskAsync(
            connection with
            {
                Database = name,
            },
            async session =>
            {
                await SessionQueries.ExecuteAsync(
                    session,
                    "GRANT CREATE ON SCHEMA public TO PUBLIC",
                    cancellationToken
                );
                return true;
            },
            cancellationToken
        );
    }

    public Task DropAsync(string name, CancellationToken cancellationToken) =>
        AskAsync(session => DropAsync(session, name, cancellationToken), cancellationToken);

    public Task<bool> ExistsAsync(string name, CancellationToken cancellationToken) =>
        PostgresSession.AskAsync(
            connection,
            session =>
                PostgresSession.ScalarAsync<bool>(
                    session,
                    "SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_database WHERE datname = @name)",
                    cancellationToken,
                    ("name", name)
                ),
            cancellationToken
        );

    /// <summary>A client that was killed is seen by the server only when it writes; its session is ended.</summary>
    private static async Task DropAsync(NpgsqlConnection session, string name, CancellationToken cancellationToken)
    {
        for (int look = 0; ; look++)
        {
            await PostgresSession.ScalarAsync<long>(
                session,
                "SELECT count(pg_terminate_backend(pid)) FROM pg_catalog.pg_stat_activity WHERE datname = @name",
                cancellationToken,
                ("name", name)
            );
            try
            {
                await SessionQueries.ExecuteAsync(session, $"DROP DATABASE IF EXISTS \"{name}\"", cancellationToken);
                return;
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.ObjectInUse && look < MaxLooks)
            {
                await Task.Delay(LookEvery, cancellationToken);
            }
        }
    }

    private Task<bool> AskAsync(Func<NpgsqlConnection, Task> ask, CancellationToken cancellationToken) =>
        PostgresSession.AskAsync(
            connection,
            async session =>
            {
                try
                {
                    await ask(session);
                    return true;
                }
                catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InsufficientPrivilege)
                {
                    throw new PermanentException(
                        connection.Names.Kind,
                        $"{connection.Names.Url}: '{connection.Username}' may not make databases at {connection.Host}:"
                            + $"{connection.Port} ({e.MessageText}): ALTER ROLE ... CREATEDB",
                        e
                    );
                }
            },
            cancellationToken
        );
}
