using System.Globalization;
using System.Text.RegularExpressions;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using MySqlConnector;

namespace AlfrescoBackupFlows.Alfresco.Databases.MySql;

/// <summary>
/// Who holds the lock that a session of this product waits for; asked over a connection of its own. A tool's session
/// has no name at the server: it is one of the same user, in the same database, that waits for a lock while nothing
/// comes of the tool.
/// </summary>
/// <param name="isIdle">Nothing comes of the work at this moment.</param>
/// <param name="worker">The session, where it is known.</param>
internal sealed partial class MySqlWaits(DatabaseConnection target, Func<bool> isIdle, int? worker = null)
    : IAsyncDisposable
{
    private const int MaxNamed = 3;

    private MySqlConnection? _session;

    /// <summary>At the last look the server worked for it: an index of a large table takes its time.</summary>
    public bool IsAtWork { get; private set; }

    private sealed record Thread(
        long Id,
        string User,
        string? Database,
        string Command,
        long Seconds,
        string State,
        string Text
    )
    {
        public bool Waits =>
            State.StartsWith("Waiting for", StringComparison.OrdinalIgnoreCase)
            && (
                State.Contains("lock", StringComparison.OrdinalIgnoreCase)
                || State.Contains("flush", StringComparison.OrdinalIgnoreCase)
            );
    }

    /// <returns>A clause; null: it waits for nobody, or the server does not say.</returns>
    public async Task<string?> FindHolderAsync(CancellationToken cancellationToken)
    {
        if (!isIdle())
        {
            return null;
        }

        try
        {
            IsAtWork = false;
            _session ??= await MySqlSession.OpenAsync(target, cancellationToken);
            List<Thread> threads = await ReadThreadsAsync(_session, cancellationToken);
            Thread own = threads.Single(thread => thread.Id == _session.ServerThread);
            IsAtWork = threads.Exists(thread =>
                thread.Id != own.Id
                && thread.User == own.User
                && thread.Database == own.Database
                && thread.Command == "Query"
            );
            Thread? waiting = threads.Find(thread =>
                thread.Waits
                && (
                    worker is { } known
                        ? thread.Id == known
                        : thread.Id != own.Id && thread.User == own.User && thread.Database == own.Database
                )
            );
            if (waiting is null)
            {
                return null;
            }

            string what = Table().Match(waiting.Text) is { Success: true } table
                ? $"a lock on {PlainText.Escape(table.Groups["name"].Value)}"
                : $"a lock ({PlainText.Escape(waiting.State)})";
            List<long> holders = await AskHoldersAsync(_session, waiting.Id, cancellationToken);
            if (holders.Count > 0)
            {
                return $"{what} is held by {Describe(threads.Where(thread => holders.Contains(thread.Id)))}: "
                    + $"wait for its end, or end it with KILL {holders[0]}";
            }

            List<Thread> others =
            [
                .. threads
                    .Where(thread =>
                        thread.Id != own.Id
                        && thread.Id != waiting.Id
                        && !thread.Waits
                        && thread.Command is not ("Daemon" or "Binlog Dump")
                        && thread.User != "system user"
                        && (thread.Database is null || thread.Database == own.Database)
                    )
                    .OrderByDescending(static thread => thread.Database is not null)
                    .ThenByDescending(static thread => thread.Seconds)
                    .Take(MaxNamed),
            ];
            string one = others.Count == 1 ? "probably held by" : "held by one of";
            return others.Count > 0
                ? $"{what} is {one} {Describe(others)}: wait for its end, or end it with KILL {others[0].Id}"
                : $"{what} is held by a session that '{target.Username}' may not see: GRANT PROCESS ON *.* shows it, or "
                    + "SHOW FULL PROCESSLIST as another user";
        }
        catch (Exception e) when (e is MySqlException or AbfException or OperationCanceledException)
        {
            // No connection is left: the session's own limit ends the wait.
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

    private static async Task<List<Thread>> ReadThreadsAsync(
        MySqlConnection session,
        CancellationToken cancellationToken
    )
    {
        var threads = new List<Thread>();
        await using var command = new MySqlCommand("SHOW FULL PROCESSLIST", session);
        await using MySqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            threads.Add(
                new Thread(
                    reader.GetInt64("Id"),
                    reader.GetString("User"),
                    reader["db"] as string,
                    reader.GetString("Command"),
                    reader["Time"] is DBNull ? 0 : Convert.ToInt64(reader["Time"], CultureInfo.InvariantCulture),
                    reader["State"] as string ?? string.Empty,
                    reader["Info"] as string ?? string.Empty
                )
            );
        }

        return threads;
    }

    /// <summary>Exactly, where the server keeps a list of these locks and the user may read it.</summary>
    private static async Task<List<long>> AskHoldersAsync(
        MySqlConnection session,
        long waiting,
        CancellationToken cancellationToken
    )
    {
        string[] questions =
        [
            $"""
                SELECT CAST(h.PROCESSLIST_ID AS CHAR) FROM performance_schema.metadata_locks p
                JOIN performance_schema.threads w ON w.THREAD_ID = p.OWNER_THREAD_ID AND w.PROCESSLIST_ID = {waiting}
                JOIN performance_schema.metadata_locks g ON g.LOCK_STATUS = 'GRANTED' AND g.OBJECT_TYPE = p.OBJECT_TYPE
                     AND g.OBJECT_SCHEMA <=> p.OBJECT_SCHEMA AND g.OBJECT_NAME <=> p.OBJECT_NAME
                JOIN performance_schema.threads h ON h.THREAD_ID = g.OWNER_THREAD_ID AND h.PROCESSLIST_ID <> {waiting}
                WHERE p.LOCK_STATUS = 'PENDING'
                """,
            """
                SELECT CAST(THREAD_ID AS CHAR) FROM information_schema.METADATA_LOCK_INFO
                WHERE TABLE_SCHEMA = DATABASE() AND LOCK_MODE IN ('MDL_EXCLUSIVE', 'MDL_SHARED_NO_READ_WRITE')
                """,
        ];
        foreach (string question in questions)
        {
            try
            {
                if (await SessionQueries.ListAsync(session, question, cancellationToken) is { Count: > 0 } found)
                {
                    return [.. found.Select(static id => long.Parse(id, CultureInfo.InvariantCulture))];
                }
            }
            catch (MySqlException e) when (e.Number is < 2000)
            {
                // This server has no such table, or the user may not read it.
            }
        }

        return [];
    }

    private static string Describe(IEnumerable<Thread> threads) =>
        string.Join(
            ", ",
            threads
                .Take(MaxNamed)
                .Select(static thread =>
                    $"session {thread.Id} (user '{PlainText.Escape(thread.User)}', {thread.Command} for {thread.Seconds} s)"
                )
        );

    [GeneratedRegex(
        "(FROM|TABLES?|FIELDS FROM) `(?<name>([^`]|``)+)`",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Table();
}
