using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using MySqlConnector;

namespace AlfrescoBackupFlows.Alfresco.Databases.MySql;

/// <summary>
/// What would end a dump late, or would be left out of it without a word: tables that the user may not read, views over
/// what is not there any more, routines whose body the user may not see. Looked at first, all of them.
/// </summary>
internal static class MySqlRights
{
    private const int MaxNamed = 3;

    /// <exception cref="PermanentException">There are some; the message names them.</exception>
    public static async Task RequireReadableAsync(
        MySqlConnection session,
        DatabaseConnection target,
        CancellationToken cancellationToken
    )
    {
        const string Views =
            "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() "
            + "AND table_type = 'VIEW' ORDER BY 1";
        const string Routines =
            "SELECT routine_name FROM information_schema.routines WHERE routine_schema = DATABASE() "
            + "AND routine_body = 'SQL' AND routine_definition IS NULL ORDER BY 1";
        const string Tables =
            "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() "
            + "AND table_type <> 'VIEW' ORDER BY 1";
        var unreadable = new List<string>();
        foreach (string table in await SessionQueries.ListAsync(session, Tables, cancellationToken))
        {
            try
            {
                string name = table.Replace("`", "``", StringComparison.Ordinal);
                await SessionQueries.ListAsync(session, $"SELECT 1 FROM `{name}` LIMIT 0", cancellationToken);
            }
            catch (MySqlException e) when (IsRefusal(e))
            {
                unreadable.Add($"{PlainText.Escape(table)} ({PlainText.Escape(e.Message)})");
            }
        }

        var broken = new List<string>();
        foreach (string view in await SessionQueries.ListAsync(session, Views, cancellationToken))
        {
            try
            {
                // As the tool asks it.
                string name = view.Replace("`", "``", StringComparison.Ordinal);
                await SessionQueries.ListAsync(session, $"SHOW FIELDS FROM `{name}`", cancellationToken);
                await SessionQueries.ListAsync(session, $"SHOW CREATE VIEW `{name}`", cancellationToken);
            }
            catch (MySqlException e) when (IsRefusal(e))
            {
                broken.Add($"{PlainText.Escape(view)} ({PlainText.Escape(e.Message)})");
            }
        }

        List<string> hidden = await SessionQueries.ListAsync(session, Routines, cancellationToken);
        List<string> found = [];
        if (unreadable.Count > 0)
        {
            found.Add(
                $"no dump can be made of the tables {Some(unreadable)}: GRANT SELECT ON `{target.Database}`.* to "
                    + $"'{target.Username}', or repair them"
            );
        }

        if (broken.Count > 0)
        {
            found.Add(
                $"no dump can be made of the views {Some(broken)}: drop them, create anew what they need, or "
                    + $"GRANT SELECT, SHOW VIEW to '{target.Username}'"
            );
        }

        if (hidden.Count > 0)
        {
            found.Add(
                $"'{target.Username}' may not see the bodies of the routines {Some(hidden)}: GRANT SELECT ON mysql.proc, "
                    + "SHOW CREATE ROUTINE (MariaDB 11.3 and later) or SHOW_ROUTINE (MySQL 8.0.20 and later)"
            );
        }

        if (found.Count > 0)
        {
            throw new PermanentException(
                target.Names.Kind,
                $"{target.Names.Url}: {target.Place}: {string.Join("; ", found)}"
            )
            {
                Ids = ["database-rights"],
            };
        }
    }

    /// <summary>Of that object; a lock that is held for too long, and what may pass, are no matter of it.</summary>
    private static bool IsRefusal(MySqlException fault) =>
        fault.Number is > 0 and not 1205 && !MySqlRefusals.MayPass(fault.Number);

    private static string Some(List<string> names) =>
        string.Join(", ", names.Take(MaxNamed))
        + (names.Count > MaxNamed ? $" and {names.Count - MaxNamed} more" : string.Empty);
}
