using System.Text;
using AlfrescoBackupFlows.Platform.Errors;
using MySqlConnector;

namespace AlfrescoBackupFlows.Alfresco.Databases.MySql;

/// <summary>A look at the tables before they are dumped, and the questions asked of a restored database.</summary>
internal static class MySqlTables
{
    /// <exception cref="PermanentException">Not Alfresco's, or tables that no snapshot covers.</exception>
    public static async Task<(long SizeBytes, IReadOnlyList<Notice> Notices)> LookAsync(
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

        var loose = await SessionQueries.ListAsync(
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

        var notices = new List<Notice>();
        if (loose.Count > 0)
        {
            notices.Add(
                new Notice(
                    "table-not-innodb",
                    $"{target.Names.Url}: {string.Join(", ", loose.Take(3))} not InnoDB",
                    "dumped as of another moment than the rest",
                    "ALTER TABLE ... ENGINE=InnoDB"
                )
            );
        }

        notices.AddRange(
            (await MySqlHidden.FindAsync(session, target, cancellationToken)).Select(static line =>
                Notice.OfLine("database-rights", line, "what is missing from the dump is missing after a restore")
            )
        );
        var size = await SessionQueries.ListAsync(
            session,
            "SELECT CAST(COALESCE(SUM(data_length + index_length), 0) AS CHAR) FROM information_schema.tables "
                + "WHERE table_schema = DATABASE()",
            cancellationToken
        );
        return (long.Parse(size[0], System.Globalization.CultureInfo.InvariantCulture), notices);
    }

    /// <summary>A name as statements hold it.</summary>
    public static string Quote(string name) => $"`{name.Replace("`", "``", StringComparison.Ordinal)}`";

    public static Task<List<string>> NamesAsync(MySqlConnection session, CancellationToken cancellationToken) =>
        SessionQueries.ListAsync(
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
            tables.TryAdd(table, Quote(table));
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

    /// <summary>Content roots that tenants have of their own.</summary>
    public static async Task<IReadOnlyList<string>> ReadTenantRootsAsync(
        MySqlConnection session,
        CancellationToken cancellationToken
    ) =>
        await FindAsync(session, "alf_tenant", cancellationToken) is { } tenants
            ? await SessionQueries.ListAsync(
                session,
                $"SELECT DISTINCT content_root FROM {tenants} WHERE content_root <> '' ORDER BY 1",
                cancellationToken
            )
            : [];

    /// <summary>Whether content has keys, which stand in a table of the versions that encrypt it.</summary>
    public static async Task<bool> HasEncryptedContentAsync(
        MySqlConnection session,
        CancellationToken cancellationToken
    ) =>
        await FindAsync(session, "alf_content_url_encryption", cancellationToken) is { } keys
        && (await SessionQueries.ListAsync(session, $"SELECT 'yes' FROM {keys} LIMIT 1", cancellationToken)).Count > 0;

    /// <summary>The ids of the properties that a catalogue is made of; those that are not there yet are left out.</summary>
    /// <param name="longestLock">After it the server refuses; the session keeps this limit.</param>
    public static async Task<IReadOnlyDictionary<string, long>> ReadPropertiesAsync(
        MySqlConnection session,
        TimeSpan longestLock,
        CancellationToken cancellationToken
    )
    {
        Dictionary<string, long> properties = new(StringComparer.Ordinal);
        string limit = string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"SET SESSION lock_wait_timeout = {Math.Max(1, (long)longestLock.TotalSeconds)}"
        );
        await SessionQueries.ExecuteAsync(session, limit, cancellationToken);
        if (
            await FindAsync(session, "alf_qname", cancellationToken) is not { } names
            || await FindAsync(session, "alf_namespace", cancellationToken) is not { } namespaces
        )
        {
            return properties;
        }

        List<string> rows = await SessionQueries.ListAsync(
            session,
            $"SELECT CONCAT(q.id, ' {{', n.uri, '}}', q.local_name) FROM {names} q JOIN {namespaces} n ON n.id = q.ns_id "
                + "WHERE n.uri IN ('http://www.alfresco.org/model/content/1.0', "
                + "'http://www.alfresco.org/model/versionstore/2.0')",
            cancellationToken
        );
        foreach (string[] row in rows.Select(static row => row.Split(' ', 2)))
        {
            properties[row[1]] = long.Parse(row[0], System.Globalization.CultureInfo.InvariantCulture);
        }

        return properties;
    }

    public static async Task<DateTimeOffset> ReadClockAsync(
        MySqlConnection session,
        CancellationToken cancellationToken
    )
    {
        const string Clock = "SELECT CAST(UNIX_TIMESTAMP() AS CHAR)";
        return DateTimeOffset.FromUnixTimeSeconds(
            long.Parse(
                (await SessionQueries.ListAsync(session, Clock, cancellationToken))[0].Split('.')[0],
                System.Globalization.CultureInfo.InvariantCulture
            )
        );
    }

    /// <summary>Its quoted name as it is written there; null where there is none.</summary>
    private static async Task<string?> FindAsync(
        MySqlConnection session,
        string table,
        CancellationToken cancellationToken
    ) =>
        (await NamesAsync(session, cancellationToken))
            .Where(name => string.Equals(name, table, StringComparison.OrdinalIgnoreCase))
            .Select(static name => $"`{name}`")
            .FirstOrDefault();

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
        return (await SessionQueries.ListAsync(session, Events, cancellationToken)).Count > 0;
    }

    private static bool IsAlfrescos(string table) =>
        table.StartsWith("alf_", StringComparison.OrdinalIgnoreCase)
        || table.StartsWith("avm_", StringComparison.OrdinalIgnoreCase);
}
