using System.Data.Common;
using System.Globalization;

namespace AlfrescoBackupFlows.Alfresco.Databases;

/// <summary>
/// Asks a restored database which nodes use a content URL, in words that all vendors take. For a handful of URLs: the
/// table of properties may have to be read through for them.
/// </summary>
/// <param name="session">An open connection.</param>
/// <param name="name">A table as the vendor's statements name it.</param>
internal sealed class NodeQueries(DbConnection session, Func<string, string> name)
{
    private const string ContentModel = "http://www.alfresco.org/model/content/1.0";

    /// <summary>Of a node; more than a document has in any use.</summary>
    private const int MaxNodes = 100;

    /// <summary>Steps up to the root; a circle in damaged rows ends here.</summary>
    private const int MaxDepth = 60;

    public async Task<IReadOnlyList<ContentNode>> FindAsync(
        IReadOnlyCollection<long> urls,
        CancellationToken cancellationToken
    )
    {
        var nodes = new List<ContentNode>();
        if (urls.Count == 0)
        {
            return nodes;
        }

        // Content is a property of type 21; one of type 3 where it came from an old version.
        string ids = string.Join(", ", urls.Select(id => id.ToString(CultureInfo.InvariantCulture)));
        string sql = $"""
            SELECT d.content_url_id, n.id, s.protocol, s.identifier, n.uuid, q.local_name, m.mimetype_str
            FROM {name("alf_content_data")} d
            JOIN {name("alf_node_properties")} p ON p.long_value = d.id
            JOIN {name("alf_qname")} q ON q.id = p.qname_id
            JOIN {name("alf_namespace")} ns ON ns.id = q.ns_id
            JOIN {name("alf_node")} n ON n.id = p.node_id
            JOIN {name("alf_store")} s ON s.id = n.store_id
            LEFT JOIN {name("alf_mimetype")} m ON m.id = d.content_mimetype_id
            WHERE d.content_url_id IN ({ids})
            AND (p.actual_type_n = 21 OR (p.actual_type_n = 3 AND q.local_name = 'content' AND ns.uri = '{ContentModel}'))
            ORDER BY d.content_url_id, n.id
            """;
        var found = new List<(long Url, long Node, string NodeRef, string Property, string? MimeType)>();
        await ReadAsync(
            sql,
            row =>
                found.Add(
                    (
                        Number(row, 0),
                        Number(row, 1),
                        $"{row.GetString(2)}://{row.GetString(3)}/{row.GetString(4)}",
                        row.GetString(5),
                        row.IsDBNull(6) ? null : row.GetString(6)
                    )
                ),
            cancellationToken
        );
        foreach (var node in found.Take(MaxNodes))
        {
            string? path = await PathOfAsync(node.Node, cancellationToken);
            nodes.Add(new ContentNode(node.Url, node.NodeRef, node.Property, node.MimeType, path));
        }

        return nodes;
    }

    /// <summary>The names on the way up over the primary parents; the root has none.</summary>
    private async Task<string?> PathOfAsync(long node, CancellationToken cancellationToken)
    {
        var names = new List<string>();
        long? above = node;
        for (int depth = 0; above is { } current && depth < MaxDepth; depth++)
        {
            string? own = null;
            await ReadAsync(
                $"""
                SELECT v.string_value FROM {name("alf_node_properties")} v
                JOIN {name("alf_qname")} q ON q.id = v.qname_id JOIN {name("alf_namespace")} ns ON ns.id = q.ns_id
                WHERE v.node_id = {current} AND q.local_name = 'name' AND ns.uri = '{ContentModel}'
                """,
                row => own ??= row.IsDBNull(0) ? null : row.GetString(0),
                cancellationToken
            );
            if (own is not null)
            {
                names.Insert(0, own);
            }

            above = null;
            await ReadAsync(
                $"SELECT a.parent_node_id FROM {name("alf_child_assoc")} a WHERE a.child_node_id = {current} "
                    + "AND a.is_primary = true ORDER BY a.id",
                row => above ??= Number(row, 0),
                cancellationToken
            );
        }

        return names.Count == 0 ? null : string.Join('/', names);
    }

    private async Task ReadAsync(string sql, Action<DbDataReader> row, CancellationToken cancellationToken)
    {
        await using DbCommand command = session.CreateCommand();
#pragma warning disable CA2100 // Made of constants, names of tables and numbers.
        command.CommandText = sql;
#pragma warning restore CA2100
        await using DbDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            row(reader);
        }
    }

    private static long Number(DbDataReader row, int column) =>
        Convert.ToInt64(row.GetValue(column), CultureInfo.InvariantCulture);
}
