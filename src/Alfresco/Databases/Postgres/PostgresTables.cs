using System.Text;
using AlfrescoBackupFlows.Platform.Errors;
using Npgsql;

namespace AlfrescoBackupFlows.Alfresco.Databases.Postgres;

/// <summary>Which of Alfresco's tables this database has, and the questions asked of them.</summary>
internal sealed class PostgresTables
{
    private static readonly string[] Known =
    [
        "alf_content_data",
        "alf_content_url",
        "alf_node",
        "alf_tenant",
        "alf_transaction",
        "avm_nodes",
    ];
    private static readonly string[] Counted = ["alf_content_data", "alf_content_url", "alf_node"];

    private readonly HashSet<string> _present;

    private PostgresTables(string schema, HashSet<string> present)
    {
        Schema = schema;
        _present = present;
    }

    /// <summary>The schema that has them.</summary>
    public string Schema { get; }

    /// <summary>Names of tables that this version of Alfresco does not have.</summary>
    public IReadOnlyList<string> NotApplicable => [.. Known.Where(table => !_present.Contains(table))];

    /// <exception cref="PermanentException">
    /// There is no <c>alf_node</c>, so that it is not Alfresco's: a set without its tables would prove nothing. Or it
    /// is not where it should be.
    /// </exception>
    public static async Task<PostgresTables> LookAsync(
        NpgsqlConnection session,
        DatabaseConnection target,
        CancellationToken cancellationToken
    )
    {
        string schema =
            await PostgresSchema.FindAsync(session, target, cancellationToken)
            ?? throw new PermanentException(
                target.Names.Kind,
                $"{target.Names.Url}: {target.Place} has no table alf_node in any schema; name Alfresco's database "
                    + $"(its schema, where there are several with the table: {target.Names.Schema})"
            );
        const string Tables =
            "SELECT c.relname::text FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
            + "WHERE n.nspname = @schema AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relname = ANY (@known)";
        await using var command = new NpgsqlCommand(Tables, session);
        command.Parameters.AddWithValue("schema", schema);
        command.Parameters.AddWithValue("known", Known);
        var present = new HashSet<string>(StringComparer.Ordinal);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            present.Add(reader.GetString(0));
        }

        return new PostgresTables(schema, present);
    }

    /// <summary>Streams every content URL that must exist as a file; rows are not held.</summary>
    /// <param name="ranges">Those whose rows are wanted (<see cref="RowDigests.RangeOf"/>); null: all.</param>
    public async Task ReadRequiredAsync(
        NpgsqlConnection connection,
        Func<RequiredUrl, ValueTask> required,
        IEnumerable<long>? ranges,
        CancellationToken cancellationToken
    )
    {
        long[]? wanted = ranges?.Order().ToArray();
        if (_present.Contains("alf_content_url") && wanted is not [])
        {
            string only = wanted is null ? string.Empty : "unnest(@lows, @highs) AS range (low, high) JOIN ";
            string within = wanted is null ? string.Empty : " ON u.id BETWEEN range.low AND range.high";
            await ReadAsync(
                connection,
                $"SELECT u.id, {UrlOf(connection, "u")}, u.content_size::text FROM {only}{Name("alf_content_url")} u{within} "
                    + $"WHERE {IsRequired}",
                wanted,
                hasSizes: true,
                required,
                cancellationToken
            );
        }

        if (_present.Contains("avm_nodes") && (wanted is null || wanted.Contains(RowDigests.RangeOf(0))))
        {
            await ReadAsync(
                connection,
                $"SELECT 0::int8, {UrlOf(connection, "a")} FROM {Name("avm_nodes")} a WHERE {IsWebContent}",
                ranges: null,
                hasSizes: false,
                required,
                cancellationToken
            );
        }
    }

    /// <summary>Of the same rows; null where the server cannot say them, or has none of the tables.</summary>
    public async Task<RowDigests?> ReadDigestsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        List<string> rows = [];
        if (_present.Contains("alf_content_url"))
        {
            rows.Add(
                $"SELECT u.id, u.content_url, u.content_size::text FROM {Name("alf_content_url")} u WHERE {IsRequired}"
            );
        }

        if (_present.Contains("avm_nodes"))
        {
            rows.Add($"SELECT 0::int8, a.content_url, NULL::text FROM {Name("avm_nodes")} a WHERE {IsWebContent}");
        }

        return rows.Count == 0
            ? null
            : await PostgresDigests.ReadAsync(connection, string.Join(" UNION ALL ", rows), cancellationToken);
    }

    /// <summary>Exact counts of the main tables.</summary>
    public async Task<IReadOnlyDictionary<string, long>> CountAsync(
        NpgsqlConnection connection,
        CancellationToken cancellationToken
    )
    {
        var rows = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (string? table in Counted.Where(_present.Contains))
        {
            rows[table] = await PostgresSession.ScalarAsync<long>(
                connection,
                $"SELECT count(*) FROM {Name(table)}",
                cancellationToken
            );
        }

        return rows;
    }

    public async Task<DumpWatermark?> ReadWatermarkAsync(
        NpgsqlConnection connection,
        CancellationToken cancellationToken
    )
    {
        if (!_present.Contains("alf_transaction"))
        {
            return null;
        }

        await using var command = new NpgsqlCommand(
            $"SELECT max(id), max(commit_time_ms) FROM {Name("alf_transaction")}",
            connection
        );
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return await reader.IsDBNullAsync(0, cancellationToken)
            ? null
            : new DumpWatermark(
                reader.GetInt64(0),
                await reader.IsDBNullAsync(1, cancellationToken) ? 0 : reader.GetInt64(1)
            );
    }

    public async Task<IReadOnlyList<string>> ReadTenantRootsAsync(
        NpgsqlConnection connection,
        CancellationToken cancellationToken
    )
    {
        var roots = new List<string>();
        if (_present.Contains("alf_tenant"))
        {
            await using var command = new NpgsqlCommand(
                $"SELECT DISTINCT content_root FROM {Name("alf_tenant")} WHERE content_root <> '' ORDER BY 1",
                connection
            );
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                roots.Add(Text(reader, 0));
            }
        }

        return roots;
    }

    /// <summary>Whether content has keys, which stand in a table of the versions that encrypt it.</summary>
    public async Task<bool> HasEncryptedContentAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        string keys = Name("alf_content_url_encryption");
        return await PostgresSession.ScalarAsync<bool>(
                connection,
                "SELECT to_regclass(@keys) IS NOT NULL",
                cancellationToken,
                ("keys", keys)
            )
            && await PostgresSession.ScalarAsync<bool>(
                connection,
                $"SELECT EXISTS (SELECT 1 FROM {keys})",
                cancellationToken
            );
    }

    private static async Task ReadAsync(
        NpgsqlConnection connection,
        string sql,
        long[]? ranges,
        bool hasSizes,
        Func<RequiredUrl, ValueTask> required,
        CancellationToken cancellationToken
    )
    {
        await using var command = new NpgsqlCommand(sql, connection);
        if (ranges is not null)
        {
            command.Parameters.AddWithValue("lows", Array.ConvertAll(ranges, RowDigests.LowestOf));
            command.Parameters.AddWithValue("highs", Array.ConvertAll(ranges, RowDigests.HighestOf));
        }

        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            long id = reader.GetInt64(0);
            byte[]? url = await ValueAsync<byte[]>(1);
            await required(
                hasSizes ? RequiredUrl.FromRow(id, url, await ValueAsync<string>(2)) : RequiredUrl.FromRow(id, url)
            );
        }

        async ValueTask<T?> ValueAsync<T>(int column)
            where T : class =>
            await reader.IsDBNullAsync(column, cancellationToken)
                ? null
                : await reader.GetFieldValueAsync<T>(column, cancellationToken);
    }

    private const string IsWebContent = "a.content_url IS NOT NULL";

    /// <summary>Nearly all rows are not orphaned: only of the others it is asked whether somebody uses them.</summary>
    private string IsRequired =>
        _present.Contains("alf_content_data")
            ? $"(u.orphan_time IS NULL OR EXISTS (SELECT 1 FROM {Name("alf_content_data")} d WHERE d.content_url_id = u.id))"
            : "u.orphan_time IS NULL";

    /// <summary>
    /// A database of encoding SQL_ASCII holds whatever was put into it, and the server refuses to send it as text where
    /// that is not UTF-8: one such row would hide all others.
    /// </summary>
    private static string UrlOf(NpgsqlConnection connection, string row) =>
        connection.PostgresParameters.GetValueOrDefault("server_encoding") == "SQL_ASCII"
            ? $"convert_to({row}.content_url, 'SQL_ASCII')"
            : $"{row}.content_url";

    /// <summary>A database without an encoding may hold any bytes: what is no UTF-8 names no directory.</summary>
    private static string Text(NpgsqlDataReader reader, int column) =>
        Encoding.UTF8.GetString(reader.GetFieldValue<byte[]>(column));

    /// <summary>A table as statements name it.</summary>
    public string Name(string table) => $"\"{Schema.Replace("\"", "\"\"", StringComparison.Ordinal)}\".{table}";
}
