using System.Text;
using AlfrescoBackupFlows.Platform.Errors;
using MySqlConnector;

namespace AlfrescoBackupFlows.Alfresco.Databases.MySql;

/// <summary>A look at the tables before they are dumped, and the questions asked of a restored database.</summary>
internal static class MySqlTables
{
    /// <exception cref="PermanentException">Not Alfresco's, or tables that no snapshot covers.</exception>
    public static async Task<(long SizeBytes, IReadOnlyList<string> Warnings)> LookAsync(
        MySqlConnection session,
        DatabaseConnection target,
        CancellationToken cancellationToken
    )
    {
        var tables = new HashSet<string>(
            await NamesAsync(session, cancellationToken),
            StringComparer.OrdinalIgnoreCase
        );
        if (!tables.Contains("alf_node"))
        {
            throw new PermanentException(
                target.Names.Kind,
                $"{target.Names.Url}: {target.Place} has no table alf_node that '{target.Username}' can see; name "
                    + "Alfresco's database"
            );
        }

        var loose = await MySqlSession.ListAsync(
            session,
            "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND "
                + "table_type = 'BASE TABLE' AND engine <> 'InnoDB' ORDER BY 1",
            cancellationToken
        );
        List<string> own = [.. loose.Where(IsAlfrescos)];
        if (own.Count > 0)
        {
            throw new PermanentException(
                target.Names.Kind,
                $"{target.Names.Url}: {string.Join(", ", own.Take(3))} in {target.Place} "
                    + $"{(own.Count == 1 ? "is" : "are")} not InnoDB, so that no dump of the running database is "
                    + "consistent; ALTER TABLE ... ENGINE=InnoDB"
            );
        }

        var warnings = new List<string>();
        if (loose.Count > 0)
        {
            warnings.Add(
                $"{target.Names.Url}: {string.Join(", ", loose.Take(3))} not InnoDB: dumped as of another moment "
                    + "than the rest"
            );
        }

        warnings.AddRange(await MySqlHidden.FindAsync(session, target, cancellationToken));
        var size = await MySqlSession.ListAsync(
            session,
            "SELECT CAST(COALESCE(SUM(data_length + index_length), 0) AS CHAR) FROM information_schema.tables "
                + "WHERE table_schema = DATABASE()",
            cancellationToken
        );
        return (long.Parse(size[0], System.Globalization.CultureInfo.InvariantCulture), warnings);
    }

    public static Task<List<string>> NamesAsync(MySqlConnection session, CancellationToken cancellationToken) =>
        MySqlSession.ListAsync(
            session,
            "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY 1",
            cancellationToken
        );

    public static async Task ReadRequiredAsync(
        MySqlConnection session,
        Func<RequiredUrl, ValueTask> required,
        CancellationToken cancellationToken
    )
    {
        // As they are written there: a server may tell capitals from small letters.
        Dictionary<string, string> tables = new(StringComparer.OrdinalIgnoreCase);
        foreach (string table in await NamesAsync(session, cancellationToken))
        {
            tables.TryAdd(table, $"`{table.Replace("`", "``", StringComparison.Ordinal)}`");
        }

        if (tables.TryGetValue("alf_content_url", out string? urls))
        {
            // Nearly all rows are not orphaned: only of the others it is asked whether somebody uses them.
            string used = tables.TryGetValue("alf_content_data", out string? data)
                ? $" OR EXISTS (SELECT 1 FROM {data} d WHERE d.content_url_id = u.id)"
                : string.Empty;
            await ReadAsync(
                session,
                $"SELECT u.id, u.content_url, CAST(u.content_size AS CHAR) FROM {urls} u "
                    + $"WHERE u.orphan_time IS NULL{used}",
                hasSizes: true,
                required,
                cancellationToken
            );
        }

        if (tables.TryGetValue("avm_nodes", out string? nodes))
        {
            await ReadAsync(
                session,
                $"SELECT 0, content_url FROM {nodes} WHERE content_url IS NOT NULL",
                hasSizes: false,
                required,
                cancellationToken
            );
        }
    }

    private static async Task ReadAsync(
        MySqlConnection session,
        string sql,
        bool hasSizes,
        Func<RequiredUrl, ValueTask> required,
        CancellationToken cancellationToken
    )
    {
        await using var command = new MySqlCommand(sql, session);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            long id = reader.GetInt64(0);
            byte[]? url = reader.GetValue(1) switch
            {
                string text => Encoding.UTF8.GetBytes(text),
                byte[] bytes => bytes,
                _ => null,
            };
            await required(
                hasSizes ? RequiredUrl.FromRow(id, url, reader.GetValue(2) as string) : RequiredUrl.FromRow(id, url)
            );
        }
    }

    /// <summary>Scheduled events of the database that the user has the right to see.</summary>
    public static async Task<bool> HasEventsAsync(MySqlConnection session, CancellationToken cancellationToken)
    {
        const string Events =
            "SELECT event_name FROM information_schema.events WHERE event_schema = DATABASE() LIMIT 1";
        return (await MySqlSession.ListAsync(session, Events, cancellationToken)).Count > 0;
    }

    private static bool IsAlfrescos(string table) =>
        table.StartsWith("alf_", StringComparison.OrdinalIgnoreCase)
        || table.StartsWith("avm_", StringComparison.OrdinalIgnoreCase);
}
