using System.Buffers.Text;
using System.Text;

namespace AlfrescoBackupFlows.Alfresco.Databases.MySql;

/// <summary>Makes what a catalogue is made of, of the rows of a dump that pass.</summary>
/// <param name="rows">Gets them, and why they are not whole.</param>
/// <param name="properties">
/// Names and ids of the properties that are wanted, as the database had them before the dump: their own table comes after
/// that of the values. Such a row never changes.
/// </param>
internal sealed class NodeInserts(GuardedRows rows, IReadOnlyDictionary<string, long> properties)
{
    private readonly HashSet<long> _texts =
    [
        .. NodeProperties.Texts.Where(properties.ContainsKey).Select(name => properties[name]),
    ];
    private readonly long _content = properties.GetValueOrDefault(NodeProperties.Content, -1);
    private readonly Dictionary<long, string> _namespaces = [];
    private readonly List<(long Id, long Namespace, string Name)> _names = [];

    /// <summary>The columns that are wanted of a table; those that others want as well stand first.</summary>
    public static string[] ColumnsOf(string table) =>
        table switch
        {
            "alf_child_assoc" => ["child_node_id", "parent_node_id", "is_primary", "qname_localname"],
            "alf_content_data" => ["content_url_id", "id", "content_mimetype_id"],
            "alf_content_url" => ["id", "content_url", "content_size", "orphan_time"],
            "alf_mimetype" => ["id", "mimetype_str"],
            "alf_namespace" => ["id", "uri"],
            "alf_node" => ["id", "store_id", "uuid", "audit_modified"],
            "alf_node_properties" => ["node_id", "qname_id", "actual_type_n", "long_value", "string_value"],
            "alf_qname" => ["id", "ns_id", "local_name"],
            "alf_store" => ["id", "protocol", "identifier"],
            _ => [],
        };

    /// <summary>A table lacks a column: older versions have others.</summary>
    public void Lacks(string table, string column) => rows.Fail($"table {table} has no column {column}");

    public void Row(string table, IReadOnlyList<byte[]?> values) =>
        rows.Try((This: this, table, values), static (to, row) => row.This.Take(to, row.table, row.values));

    /// <summary>The dump has ended.</summary>
    /// <param name="has">Whether a table was in it.</param>
    public void Complete(Func<string, bool> has)
    {
        if (NodeProperties.Lack(has) is { } lack)
        {
            rows.Fail(lack);
        }

        foreach ((long id, long space, string local) in _names)
        {
            string name = $"{{{_namespaces.GetValueOrDefault(space)}}}{local}";
            bool isWanted = NodeProperties.Texts.Contains(name) || name == NodeProperties.Content;
            if (isWanted && properties.GetValueOrDefault(name, -1) != id)
            {
                rows.Fail($"the property {name} was not known yet when the dump began");
            }

            rows.Try((id, name), static (to, row) => to.Property(row.id, row.name));
        }
    }

    private void Take(INodeRows to, string table, IReadOnlyList<byte[]?> values)
    {
        switch (table)
        {
            case "alf_child_assoc" when values[2].AsSpan().IndexOfAny((byte)1, (byte)'1') >= 0:
                to.Parent(Number(0), Number(1), Text(3) == NodeProperties.HomeAssociation);
                break;
            case "alf_content_data" when values[0] is not null:
                to.ContentData(Number(1), Number(0), values[2] is null ? null : Number(2));
                break;
            case "alf_content_url" when values[1] is not null:
                string? size = values[2] is null ? null : Text(2);
                to.ContentUrl(Number(0), Text(1), RequiredUrl.FromRow(0, [], size).Size);
                break;
            case "alf_mimetype":
                to.Mimetype(Number(0), Text(1));
                break;
            case "alf_namespace":
                _namespaces[Number(0)] = Text(1);
                break;
            case "alf_node":
                to.Node(Number(0), Number(1), Text(2), values[3] is null ? null : Text(3));
                break;
            case "alf_node_properties":
                TakeProperty(to, Number(0), Number(1), Number(2));
                break;
            case "alf_qname":
                _names.Add((Number(0), Number(1), Text(2)));
                break;
            case "alf_store":
                to.Store(Number(0), $"{Text(1)}://{Text(2)}");
                break;
        }

        void TakeProperty(INodeRows to, long node, long property, long type)
        {
            bool isContent =
                type == NodeProperties.ContentDataType || (type == NodeProperties.LongType && property == _content);
            if (isContent && values[3] is not null)
            {
                to.ContentUse(node, property, Number(3));
            }
            else if (values[4] is not null && _texts.Contains(property))
            {
                to.Text(node, property, Text(4));
            }
        }

        string Text(int column) => values[column] is { } text ? Encoding.UTF8.GetString(text) : string.Empty;

        long Number(int column) =>
            values[column] is { } digits
            && Utf8Parser.TryParse(digits, out long number, out int consumed)
            && consumed == digits.Length
                ? number
                : throw new FormatException($"a row of {table} has no number where one is expected");
    }
}
