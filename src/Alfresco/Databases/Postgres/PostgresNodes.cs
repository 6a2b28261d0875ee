using System.Collections.Frozen;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace AlfrescoBackupFlows.Alfresco.Databases.Postgres;

/// <summary>
/// Reads what a catalogue is made of on a connection of its own, in the snapshot of the dump, while the tool dumps. The
/// server digests the rows first, so that those of ranges that are as they were never come over the wire.
/// </summary>
internal sealed class PostgresNodes(DatabaseConnection connection, string schema, string snapshot)
{
    private readonly TimeSpan _longestLock = GuardedRows.LongestLock(connection);

    /// <inheritdoc cref="DumpResult.NodeDigests"/>
    public RowDigests? Digests { get; private set; }

    /// <inheritdoc cref="DumpResult.NodesWithheld"/>
    public IReadOnlySet<long> Withheld { get; private set; } = FrozenSet<long>.Empty;

    /// <param name="rows">Gets what is read, and why it is not whole: a dump is worth more than a catalogue.</param>
    public async Task ReadAsync(GuardedRows rows, CancellationToken cancellationToken)
    {
        try
        {
            // Of a name of its own: what this session waits for is nothing that the dump waits for.
            await using NpgsqlConnection session = await PostgresSession.OpenAsync(
                connection,
                cancellationToken,
                PostgresSession.NewWorker()
            );
            await SessionQueries.ExecuteAsync(
                session,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"SET lock_timeout = {(long)_longestLock.TotalMilliseconds}"
                ),
                cancellationToken
            );
            await SessionQueries.ExecuteAsync(
                session,
                $"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET TRANSACTION SNAPSHOT '{snapshot}'",
                cancellationToken
            );
            if (await LackAsync(session, cancellationToken) is { } lack)
            {
                rows.Fail(lack);
                return;
            }

            await ReadAllAsync(session, rows, cancellationToken);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            rows.Fail(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"another session held, or waited for, a lock on a table for {_longestLock.TotalSeconds:0.#} s while its rows were to be read"
                )
            );
        }
        catch (NpgsqlException exception)
        {
            rows.Fail(PostgresRefusals.Explain(connection, exception).Message);
        }
    }

    private async Task<string?> LackAsync(NpgsqlConnection session, CancellationToken cancellationToken)
    {
        List<string> present = await SessionQueries.ListAsync(
            session,
            "SELECT c.relname::text FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
                + $"WHERE n.nspname = '{schema.Replace("'", "''", StringComparison.Ordinal)}' "
                + "AND c.relkind IN ('r', 'p', 'v', 'm', 'f')",
            cancellationToken
        );
        return NodeProperties.Lack(present.Contains);
    }

    private async Task ReadAllAsync(NpgsqlConnection session, GuardedRows rows, CancellationToken cancellationToken)
    {
        List<long> texts = [];
        long content = -1;
        StringBuilder named = new();
        long[]? wanted = null;
        await ReadAsync(
            $"SELECT id, {Text("protocol")}, {Text("identifier")} FROM {Table("alf_store")} ORDER BY id",
            row =>
            {
                rows.Try(row, static (to, row) => to.Store(row.Id(0), $"{row.Text(1)}://{row.Text(2)}"));
                Name(row);
            }
        );
        await ReadAsync(
            $"SELECT id, {Text("mimetype_str")}, NULL FROM {Table("alf_mimetype")} ORDER BY id",
            row =>
            {
                rows.Try(row, static (to, row) => to.Mimetype(row.Id(0), row.Text(1)));
                Name(row);
            }
        );
        await ReadAsync(
            $"SELECT q.id, {Text("n.uri")}, {Text("q.local_name")} FROM {Table("alf_qname")} q "
                + $"JOIN {Table("alf_namespace")} n ON n.id = q.ns_id ORDER BY q.id",
            row =>
            {
                string name = $"{{{row.Text(1)}}}{row.Text(2)}";
                rows.Try((Id: row.Id(0), name), static (to, row) => to.Property(row.Id, row.name));
                content = name == NodeProperties.Content ? row.Id(0) : content;
                if (NodeProperties.Texts.Contains(name))
                {
                    texts.Add(row.Id(0));
                }

                Name(row);
            }
        );

        string nodes = $"{Table("alf_node")} n";
        string parents = $"{Table("alf_child_assoc")} c";
        string isContent = string.Create(
            CultureInfo.InvariantCulture,
            $"(p.actual_type_n = {NodeProperties.ContentDataType} OR p.actual_type_n = {NodeProperties.LongType} AND p.qname_id = {content})"
        );
        string isHome = $"c.qname_localname = '{NodeProperties.HomeAssociation}'";
        string isWanted = $"({isContent} OR p.qname_id IN ({string.Join(", ", texts.Append(-1))}))";

        // One pass over the largest of all tables.
        string values =
            $"{Table("alf_node_properties")} p LEFT JOIN {Table("alf_content_data")} d ON d.id = p.long_value AND {isContent} "
            + $"LEFT JOIN {Table("alf_content_url")} u ON u.id = d.content_url_id";
        if (session.PostgreSqlVersion.Major >= PostgresDigests.FirstMajor)
        {
            string digests = $"""
                SELECT greatest(id, 0) / {NodeProperties.IdsPerRange} AS range, count(*),
                  sum(hashtextextended(line, 0))::text, sum(hashtextextended(line, 1))::text
                FROM (
                  SELECT n.id, concat_ws('|', 'n', n.id, n.store_id, coalesce(n.audit_modified, '-'), n.uuid) COLLATE "C" FROM {nodes}
                  UNION ALL SELECT c.child_node_id, concat_ws('|', 'p', c.child_node_id, c.parent_node_id, {isHome}) COLLATE "C"
                    FROM {parents} WHERE c.is_primary
                  UNION ALL SELECT p.node_id, concat_ws('|', 'v', p.node_id, p.qname_id, coalesce(u.content_size, -1),
                    coalesce(d.content_mimetype_id, -1), u.content_url, '|', p.string_value) COLLATE "C"
                    FROM {values} WHERE {isWanted}
                ) AS lines (id, line)
                GROUP BY range
                """;
            string method = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(named.ToString())));
            Digests = await PostgresDigests.SumAsync(
                session,
                digests,
                $"postgresql nodes 1 {method}",
                cancellationToken
            );
            Withheld = Digests.EqualTo(rows.Known);
        }

        wanted = Withheld.Count == 0 ? null : [.. Digests!.Ranges.Keys.Where(range => !Withheld.Contains(range))];
        if (wanted is [])
        {
            return;
        }

        await ReadAsync(
            $"SELECT n.id, n.store_id, {Text("n.uuid")}, {Text("n.audit_modified")} FROM {nodes}{Within("n.id")}",
            row => rows.Try(row, static (to, row) => to.Node(row.Id(0), row.Id(1), row.Text(2), row.TextOrNull(3)))
        );
        await ReadAsync(
            $"SELECT c.child_node_id, c.parent_node_id, {isHome} FROM {parents}{Within("c.child_node_id")} WHERE c.is_primary",
            row => rows.Try(row, static (to, row) => to.Parent(row.Id(0), row.Id(1), row.IsTrue(2)))
        );
        await ReadAsync(
            $"SELECT p.node_id, p.qname_id, {Text("p.string_value")}, {Text("u.content_url")}, u.content_size::text, "
                + $"d.content_mimetype_id FROM {values}{Within("p.node_id")} WHERE {isWanted}",
            row =>
                rows.Try(
                    row,
                    static (to, row) =>
                    {
                        if (row.TextOrNull(3) is { } url)
                        {
                            long? size = RequiredUrl.FromRow(0, [], row.TextOrNull(4)).Size;
                            to.Content(row.Id(0), row.Id(1), url, size, row.IdOrNull(5));
                        }
                        else if (row.TextOrNull(2) is { } text)
                        {
                            to.Text(row.Id(0), row.Id(1), text);
                        }
                    }
                )
        );

        async Task ReadAsync(string sql, Action<NodeRow> take)
        {
            await using var command = new NpgsqlCommand(sql, session);
            if (wanted is not null)
            {
                command.Parameters.AddWithValue("wanted", wanted);
            }

            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
            var row = new NodeRow(reader);
            while (rows.Fault is null && await reader.ReadAsync(cancellationToken))
            {
                take(row);
            }
        }

        // By the range's number and no bounds: a hash join in one pass, whatever indexes there are.
        string Within(string id) =>
            wanted is null
                ? string.Empty
                : $" JOIN unnest(@wanted) AS wanted (number) ON wanted.number = greatest({id}, 0) / {NodeProperties.IdsPerRange}";

        void Name(NodeRow row) =>
            named.Append(row.Id(0)).Append('|').Append(row.Text(1)).Append('|').Append(row.Text(2)).Append('\n');

        // As bytes: a database without an encoding may hold any.
        string Text(string column) =>
            session.PostgresParameters.GetValueOrDefault("server_encoding") == "SQL_ASCII"
                ? $"convert_to({column}, 'SQL_ASCII')"
                : column;

        string Table(string name) => $"\"{schema.Replace("\"", "\"\"", StringComparison.Ordinal)}\".{name}";
    }

    /// <summary>The current row.</summary>
    private sealed class NodeRow(NpgsqlDataReader reader)
    {
        public long Id(int column) => reader.GetInt64(column);

        public long? IdOrNull(int column) => reader.IsDBNull(column) ? null : reader.GetInt64(column);

        public bool IsTrue(int column) => !reader.IsDBNull(column) && reader.GetBoolean(column);

        public string Text(int column) => TextOrNull(column) ?? string.Empty;

        public string? TextOrNull(int column) =>
            reader.IsDBNull(column) ? null : Encoding.UTF8.GetString(reader.GetFieldValue<byte[]>(column));
    }
}
