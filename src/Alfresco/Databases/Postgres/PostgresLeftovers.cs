using AlfrescoBackupFlows.Platform.Errors;
using Npgsql;

namespace AlfrescoBackupFlows.Alfresco.Databases.Postgres;

/// <summary>
/// Sessions of this product in a database that is being restored. A client whose restore was killed may build indexes
/// for a long time yet; what it does is seen by nobody until it commits, and holds up who restores beside it.
/// </summary>
internal static class PostgresLeftovers
{
    private const string Sessions =
        "FROM pg_catalog.pg_stat_activity WHERE datname = current_database() AND usename = session_user AND "
        + "pid <> pg_backend_pid() AND application_name ";

    private const string Others = $"{Sessions} ~ '^abf(-|$)'";

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Ending = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>Ends them, and returns when they are gone.</summary>
    /// <param name="application">The name of those that are ended; null: all.</param>
    public static async Task EndAsync(
        NpgsqlConnection session,
        DatabaseConnection target,
        CancellationToken cancellationToken,
        string? application = null
    )
    {
        string which = application is null ? Others : $"{Sessions} = '{application}'";
        for (var waited = TimeSpan.Zero; waited < Patience; waited += LookEvery)
        {
            string end = $"SELECT count(pg_terminate_backend(pid)) {which}";
            if (await PostgresSession.ScalarAsync<long>(session, end, cancellationToken) == 0)
            {
                return;
            }

            await Task.Delay(LookEvery, cancellationToken);
        }

        await RequireNoneAsync(session, target, cancellationToken);
    }

    /// <summary>The server takes a moment to notice that a client has gone, so it is asked for a while.</summary>
    /// <exception cref="PermanentException">There is one; the message says how to end it.</exception>
    public static async Task RequireNoneAsync(
        NpgsqlConnection session,
        DatabaseConnection target,
        CancellationToken cancellationToken
    )
    {
        string any = $"SELECT pid {Others} LIMIT 1";
        int? process = null;
        for (var waited = TimeSpan.Zero; waited < Ending; waited += LookEvery)
        {
            process = await PostgresSession.ScalarAsync<int?>(session, any, cancellationToken);
            if (process is null)
            {
                return;
            }

            await Task.Delay(LookEvery, cancellationToken);
        }

        throw new PermanentException(
            target.Names.Kind,
            $"{target.Names.Url}: another restore is running in {target.Place}; wait for its end, or end it "
                + $"there: SELECT pg_terminate_backend({process})"
        );
    }
}
