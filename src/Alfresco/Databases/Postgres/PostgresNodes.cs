using System.Globalization;
using System.Text;
using Npgsql;

namespace AlfrescoBackupFlows.Alfresco.Databases.Postgres;

/// <summary>
/// Reads what a catalogue is made of on a connection of its own, in the snapshot of the dump, while the tool dumps: five
/// questions, each a pass over a table or two, whose rows are not held.
/// </summary>
internal sealed class PostgresNodes(DatabaseConnection connection, string schema, string snapshot)
{
    /// <param name="rows">Gets what is read, and why it is not whole: a dump is worth more than a catalogue.</param>
    public async Task ReadAsync(GuardedRows rows, string application, CancellationToken cancellationToken)
    {
        try
        {
            await using NpgsqlConnection session = await PostgresSession.OpenAsync(
                connection,
                cancellationToken,
                application
            );
            await PostgresSession.ExecuteAsync(
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
        catch (NpgsqlException exception)
        {
            rows.Fail(PostgresRefusals.Explain(connection, exception).Message);
        }
        catch (Exception exception) when (exception is Platform.Errors.AbfException or InvalidCastException)
        {
            rows.Fail(exception.Message);
        }
    }

    private async Task<string?> LackAsync(NpgsqlConnection session, CancellationToken cancellationToken)
    {
        List<string> present = await PostgresSession.ListAsync(
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
        await ReadAsync(
            $"SELECT id, {Text("protocol")}, {Text("identifier")} FROM {Table("alf_store")}",
            row => rows.Try(row, static (to, row) => to.Store(row.Id(0), $"{row.Text(1)}://{row.Text(2)}"))
        );
        await ReadAsync(
            $"SELECT id, {Text("mimetype_str")} FROM {Table("alf_mimetype")}",
            row => rows.Try(row, static (to, row) => to.Mimetype(row.Id(0), row.Text(1)))
        );
        await ReadAsync(
            $"SELECT q.id, {Text("n.uri")}, {Text("q.local_name")} FROM {Table("alf_qname")} q "
                + $"JOIN {Table("alf_namespace")} n ON n.id = q.ns_id",
            row =>
            {
                string name = $"{{{row.Text(1)}}}{row.Text(2)}";
                rows.Try(row.Id(0), (to, id) => to.Property(id, name));
                content = name == NodeProperties.Content ? row.Id(0) : content;
                if (NodeProperties.Texts.Contains(name))
                {
                    texts.Add(row.Id(0));
                }
            }
        );
        await ReadAsync(
            $"SELECT id, store_id, {Text("uuid")}, {Text("audit_modified")} FROM {Table("alf_node")}",
            row => rows.Try(row, static (to, row) => to.Node(row.Id(0), row.Id(1), row.Text(2), row.TextOrNull(3)))
        );
        await ReadAsync(
            $"SELECT child_node_id, parent_node_id, qname_localname = '{NodeProperties.HomeAssociation}' "
                + $"FROM {Table("alf_child_assoc")} WHERE is_primary",
            row => rows.Try(row, static (to, row) => to.Parent(row.Id(0), row.Id(1), row.IsTrue(2)))
        );
        string isContent = string.Create(
            CultureInfo.InvariantCulture,
            $"(p.actual_type_n = {NodeProperties.ContentDataType} OR p.actual_type_n = {NodeProperties.LongType} AND p.qname_id = {content})"
        );
        // One pass: it is the largest of all tables.
        await ReadAsync(
            $"SELECT p.node_id, p.qname_id, {Text("p.string_value")}, {Text("u.content_url")}, u.content_size::text, "
                + $"d.content_mimetype_id FROM {Table("alf_node_properties")} p "
                + $"LEFT JOIN {Table("alf_content_data")} d ON d.id = p.long_value AND {isContent} "
                + $"LEFT JOIN {Table("alf_content_url")} u ON u.id = d.content_url_id "
                + $"WHERE {isContent} OR p.qname_id IN ({string.Join(", ", texts.Append(-1))})",
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
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
            var row = new NodeRow(reader);
            while (rows.Fault is null && await reader.ReadAsync(cancellationToken))
            {
                take(row);
            }
        }

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
