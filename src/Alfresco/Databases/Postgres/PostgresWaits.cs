using System.Globalization;
using AlfrescoBackupFlows.Platform;
using Npgsql;

namespace AlfrescoBackupFlows.Alfresco.Databases.Postgres;

/// <summary>Who holds the lock that a session of this product waits for; asked over a connection of its own.</summary>
/// <param name="worker">The sessions' <c>application_name</c>.</param>
internal sealed class PostgresWaits(DatabaseConnection target, string worker) : IAsyncDisposable
{
    /// <summary>Of other users' sessions the server shows names to everybody, times only to who may read them.</summary>
    private const string Holder = """
        SELECT h.pid, b.usename::text, b.application_name, b.query_start, b.xact_start, b.state,
               (SELECT l.relation::pg_catalog.regclass::text FROM pg_catalog.pg_locks l
                WHERE l.pid = w.pid AND NOT l.granted AND l.relation IS NOT NULL LIMIT 1)
        FROM pg_catalog.pg_stat_activity w
        CROSS JOIN LATERAL unnest(pg_catalog.pg_blocking_pids(w.pid)) AS h(pid)
        LEFT JOIN pg_catalog.pg_stat_activity b ON b.pid = h.pid
        WHERE w.application_name = @worker AND w.datname = current_database()
        ORDER BY b.xact_start LIMIT 1
        """;

    private const string AtWork =
        "SELECT count(*) FROM pg_catalog.pg_stat_activity WHERE application_name = @worker AND state = 'active'";

    private NpgsqlConnection? _session;

    /// <summary>At the last look the server worked for it: an index of a large table takes its time.</summary>
    public bool IsAtWork { get; private set; }

    /// <returns>A clause; null: it waits for nobody, or the server does not say.</returns>
    public async Task<string?> FindHolderAsync(CancellationToken cancellationToken)
    {
        try
        {
            IsAtWork = false;
            _session ??= await PostgresSession.OpenAsync(target, cancellationToken);
            IsAtWork =
                await PostgresSession.ScalarAsync<long>(_session, AtWork, cancellationToken, ("worker", worker)) > 0;
            await using var command = new NpgsqlCommand(Holder, _session);
            command.Parameters.AddWithValue("worker", worker);
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
            return await reader.ReadAsync(cancellationToken) ? Describe(reader) : null;
        }
        catch (Exception e) when (e is NpgsqlException or Platform.Errors.AbfException or OperationCanceledException)
        {
            // No connection is left, or an old server that cannot say it: the session's own limit ends the wait.
            await DisposeAsync();
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_session is { } session)
        {
            _session = null;
            await session.DisposeAsync();
        }
    }

    private string Describe(NpgsqlDataReader row)
    {
        string what = row.IsDBNull(6) ? "a lock" : $"a lock on {PlainText.Escape(row.GetString(6))}";
        int process = row.GetInt32(0);
        if (process == 0)
        {
            return $"{what} is held by a prepared transaction: SELECT * FROM pg_prepared_xacts names it, COMMIT PREPARED "
                + "or ROLLBACK PREPARED ends it";
        }

        string user = row.IsDBNull(1) ? "unknown" : PlainText.Escape(row.GetString(1));
        string program =
            row.IsDBNull(2) || row.GetString(2).Length == 0
                ? string.Empty
                : $", program '{PlainText.Escape(row.GetString(2))}'";
        string since = row.IsDBNull(3)
            ? $", its query start is shown after GRANT pg_read_all_stats TO \"{target.Username}\""
            : $", query started {Time(row, 3)}"
                + (row.IsDBNull(4) ? string.Empty : $", transaction {Time(row, 4)}")
                + (row.IsDBNull(5) ? string.Empty : $", now {row.GetString(5)}");
        return $"{what} is held by process {process} (user '{user}'{program}{since}): wait for its end, or end it with "
            + $"SELECT pg_terminate_backend({process})";
    }

    private static string Time(NpgsqlDataReader row, int column) =>
        row.GetDateTime(column).ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
