using System.Globalization;
using MySqlConnector;

namespace AlfrescoBackupFlows.Alfresco.Databases.MySql;

/// <summary>
/// What our statements depend on, whatever server, user or <c>init_connect</c> say. A limit on locks stands behind
/// <see cref="WaitWatch"/>, which names who holds them.
/// </summary>
internal static class MySqlSettings
{
    /// <summary>No limit on the rows of a result.</summary>
    public const string AllRows = "18446744073709551615";

    /// <summary>Sets what this server knows of them.</summary>
    public static async Task PinAsync(
        MySqlConnection session,
        DatabaseConnection target,
        CancellationToken cancellationToken
    )
    {
        if (session.ServerVersion.Contains("MariaDB", StringComparison.OrdinalIgnoreCase))
        {
            // First: a user may have a limit that the question below does not outlast.
            await SessionQueries.ExecuteAsync(session, "SET SESSION max_statement_time = 0", cancellationToken);
        }

        await SessionQueries.ExecuteAsync(
            session,
            await StatementAsync(session, target, [("sql_mode", "''")], cancellationToken),
            cancellationToken
        );
    }

    /// <summary>The same as one statement for a client, which sets the SQL mode by itself.</summary>
    public static Task<string> ForToolAsync(
        MySqlConnection session,
        DatabaseConnection target,
        CancellationToken cancellationToken
    ) => StatementAsync(session, target, [], cancellationToken);

    private static async Task<string> StatementAsync(
        MySqlConnection session,
        DatabaseConnection target,
        (string Name, string Value)[] further,
        CancellationToken cancellationToken
    )
    {
        string locks = Math.Max(1, (long)(target.MaxWait + TimeSpan.FromSeconds(30)).TotalSeconds)
            .ToString(CultureInfo.InvariantCulture);
        (string Name, string Value)[] pinned =
        [
            .. further,
            ("max_statement_time", "0"),
            ("max_execution_time", "0"),
            ("lock_wait_timeout", locks),
            ("innodb_lock_wait_timeout", locks),
            ("net_read_timeout", "3600"),
            ("net_write_timeout", "3600"),
            ("wait_timeout", "2147483"),
            ("time_zone", "'+00:00'"),
            ("autocommit", "1"),
            ("sql_select_limit", AllRows),
            ("max_join_size", AllRows),
            ("sql_safe_updates", "0"),
            ("sql_auto_is_null", "0"),
            ("sql_quote_show_create", "1"),
        ];
        string names = string.Join(", ", pinned.Select(static setting => $"'{setting.Name}'"));
        HashSet<string> known = new(
            await SessionQueries.ListAsync(
                session,
                $"SHOW SESSION VARIABLES WHERE Variable_name IN ({names})",
                cancellationToken
            ),
            StringComparer.OrdinalIgnoreCase
        );
        return "SET "
            + string.Join(
                ", ",
                pinned
                    .Where(setting => known.Contains(setting.Name))
                    .Select(static setting => $"SESSION {setting.Name} = {setting.Value}")
            );
    }
}
