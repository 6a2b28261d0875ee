using AlfrescoBackupFlows.Platform.Errors;
using MySqlConnector;

namespace AlfrescoBackupFlows.Alfresco.Databases.MySql;

/// <summary>Makes and drops databases on a MySQL or MariaDB server.</summary>
internal sealed class MySqlServerTarget(DatabaseConnection connection) : IDatabaseServer
{
    public Task CreateAsync(string name, CancellationToken cancellationToken) =>
        AskAsync(
            session =>
                SessionQueries.ExecuteAsync(
                    session,
                    $"CREATE DATABASE IF NOT EXISTS {MySqlTables.Quote(name)} CHARACTER SET utf8mb4",
                    cancellationToken
                ),
            cancellationToken
        );

    /// <summary>A client that was killed works on with what it had read; its session is ended first.</summary>
    public async Task DropAsync(string name, CancellationToken cancellationToken)
    {
        if (!await ExistsAsync(name, cancellationToken))
        {
            return;
        }

        await MySqlSession.AskAsync(
            connection with
            {
                Database = name,
            },
            async session =>
            {
                await MySqlLeftovers.EndAsync(session, connection with { Database = name }, cancellationToken);
                return true;
            },
            cancellationToken
        );
        await AskAsync(
            session =>
                SessionQueries.ExecuteAsync(
                    session,
                    $"DROP DATABASE IF EXISTS {MySqlTables.Quote(name)}",
                    cancellationToken
                ),
            cancellationToken
        );
    }

    public Task<bool> ExistsAsync(string name, CancellationToken cancellationToken) =>
        MySqlSession.AskAsync(
            connection,
            async session =>
                (
                    await SessionQueries.ListAsync(
                        session,
                        $"SELECT schema_name FROM information_schema.schemata WHERE schema_name = '{name}'",
                        cancellationToken
                    )
                ).Count > 0,
            cancellationToken
        );

    private Task<bool> AskAsync(Func<MySqlConnection, Task> ask, CancellationToken cancellationToken) =>
        MySqlSession.AskAsync(
            connection,
            async session =>
            {
                try
                {
                    await ask(session);
                    return true;
                }
                catch (MySqlException e) when (e.ErrorCode == MySqlErrorCode.DatabaseAccessDenied)
                {
                    throw new PermanentException(
                        connection.Names.Kind,
                        $"{connection.Names.Url}: '{connection.Username}' may not make databases at {connection.Host}:"
                            + $"{connection.Port}: GRANT ALL ON `abf\\_drill\\_%`.* TO it",
                        e
                    );
                }
            },
            cancellationToken
        );
}
