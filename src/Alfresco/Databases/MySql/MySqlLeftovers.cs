using AlfrescoBackupFlows.Platform.Errors;
using MySqlConnector;

namespace AlfrescoBackupFlows.Alfresco.Databases.MySql;

/// <summary>
/// Other sessions of this user in a database that a restore left half done: clients of restores that were killed. They
/// work on with what they had read, and would write into the tables of who restores beside them.
/// </summary>
internal static class MySqlLeftovers
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Ending = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>Ends them, and returns when they are gone.</summary>
    public static async Task EndAsync(
        MySqlConnection session,
        DatabaseConnection target,
        CancellationToken cancellationToken
    )
    {
        for (var waited = TimeSpan.Zero; waited < Patience; waited += LookEvery)
        {
            var others = await FindAsync(session, cancellationToken);
            if (others.Count == 0)
            {
                return;
            }

            foreach (long id in others)
            {
                try
                {
                    await SessionQueries.ExecuteAsync(session, $"KILL {id}", cancellationToken);
                }
                catch (MySqlException exception) when (exception.ErrorCode == MySqlErrorCode.NoSuchThread)
                {
                    // It ended by itself.
                }
            }

            await Task.Delay(LookEvery, cancellationToken);
        }

        await RequireNoneAsync(session, target, cancellationToken);
    }

    /// <summary>The server takes a moment to notice that a client has gone, so it is asked for a while.</summary>
    /// <exception cref="PermanentException">There is one; the message says how to end it.</exception>
    public static async Task RequireNoneAsync(
        MySqlConnection session,
        DatabaseConnection target,
        CancellationToken cancellationToken
    )
    {
        long id = 0;
        for (var waited = TimeSpan.Zero; waited < Ending; waited += LookEvery)
        {
            if (await FindAsync(session, cancellationToken) is not [var first, ..])
            {
                return;
            }

            id = first;
            await Task.Delay(LookEvery, cancellationToken);
        }

        throw new PermanentException(
            target.Names.Kind,
            $"{target.Names.Url}: another restore is running in {target.Place}; wait for its end, or end it "
                + $"there: KILL {id}"
        );
    }

    /// <summary>Their ids. Every user may see and end sessions of their own.</summary>
    private static async Task<List<long>> FindAsync(MySqlConnection session, CancellationToken cancellationToken)
    {
        var sessions = new List<(long Id, string User, string? Database)>();
        await using var command = new MySqlCommand("SHOW PROCESSLIST", session);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            sessions.Add((reader.GetInt64("Id"), reader.GetString("User"), reader["db"] as string));
        }

        var own = sessions.Find(other => other.Id == session.ServerThread);
        return
        [
            .. sessions
                .Where(other => other.Id != own.Id && other.User == own.User && other.Database == own.Database)
                .Select(static other => other.Id),
        ];
    }
}
