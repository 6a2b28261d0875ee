using System.Buffers.Text;
using System.Text;

namespace AlfrescoBackupFlows.Alfresco.Databases.MySql;

/// <summary>
/// Makes required URLs, watermark and counts of the rows that pass: they agree with the dump because they are the dump.
/// </summary>
/// <param name="known">Of the set before; null: every required URL is told.</param>
/// <param name="nodes">Gets the rows that a catalogue is made of; null where none is wanted.</param>
internal sealed class AlfrescoInserts(RowDigests? known = null, NodeInserts? nodes = null) : IInsertRows
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

    private readonly HashSet<string> _tables = new(StringComparer.OrdinalIgnoreCase);
    private readonly SortedDictionary<string, long> _rows = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _tenantRoots = new(StringComparer.Ordinal);
    private readonly IdSet _used = new();
    private readonly UrlRanges _urls = new(known);
    private string _table = string.Empty;

    /// <summary>An orphaned URL was passed over whose users were not known yet.</summary>
    private bool _mayBeUsed;

    /// <summary>Required URLs since the last time the caller emptied it.</summary>
    public Queue<RequiredUrl> Pending => _urls.Pending;

    /// <inheritdoc cref="UrlRanges.Digests"/>
    public RowDigests Digests => _urls.Digests;

    /// <inheritdoc cref="UrlRanges.Withheld"/>
    public IReadOnlySet<long> Withheld => _urls.Withheld;

    public DumpWatermark? Watermark { get; private set; }

    public IReadOnlyDictionary<string, long> Rows => _rows;

    public IReadOnlyList<string> NotApplicable => [.. Known.Where(table => !_tables.Contains(table))];

    public IReadOnlyList<string> TenantRoots => [.. _tenantRoots];

    /// <summary>The dump has ended: the last range is told as well.</summary>
    public void Complete()
    {
        _urls.Complete();
        nodes?.Complete(_tables.Contains);
    }

    public void Table(string table)
    {
        table = table.ToLowerInvariant();
        _tables.Add(table);
        if (_mayBeUsed && table == "alf_content_data")
        {
            // The tool dumps tables by name, so the users of a URL come before it.
            throw new FormatException("the dump has alf_content_url before alf_content_data");
        }

        if (table is "alf_content_data" or "alf_content_url" or "alf_node")
        {
            _rows[table] = 0;
        }
    }

    public int[]? Insert(string table, IReadOnlyList<string> columns)
    {
        _table = table.ToLowerInvariant();
        string[] wanted = _table switch
        {
            "alf_content_data" => ["content_url_id"],
            "alf_content_url" => ["id", "content_url", "content_size", "orphan_time"],
            "alf_node" => ["id"],
            "alf_transaction" => ["id", "commit_time_ms"],
            "alf_tenant" => ["content_root"],
            "avm_nodes" => ["content_url"],
            _ => [],
        };
        int[] positions = [.. wanted.Select(Required)];
        if (nodes is not null)
        {
            positions = [.. positions, .. NodeInserts.ColumnsOf(_table).Skip(wanted.Length).Select(OfNodes)];
        }

        return positions.Length == 0 ? null : positions;

        int Required(string column) =>
            Position(column) is var position and >= 0
                ? position
                : throw new FormatException($"table {table} has no column {column}");

        int OfNodes(string column)
        {
            int position = Position(column);
            if (position < 0)
            {
                nodes!.Lacks(_table, column);
            }

            return position;
        }

        int Position(string column)
        {
            for (int i = 0; i < columns.Count; i++)
            {
                if (string.Equals(columns[i], column, StringComparison.OrdinalIgnoreCase))
                {
                    return i;
                }
            }

            return -1;
        }
    }

    public void Row(IReadOnlyList<byte[]?> values)
    {
        if (_rows.TryGetValue(_table, out long count))
        {
            _rows[_table] = count + 1;
        }

        nodes?.Row(_table, values);
        switch (_table)
        {
            case "alf_content_data" when values[0] is { } used:
                _used.Add(Number(used));
                break;
            case "alf_content_url":
                AddUrl(
                    RequiredUrl.FromRow(Number(values[0]), values[1], values[2] is { } size ? Text(size) : null),
                    orphan: values[3] is not null
                );
                break;
            case "alf_transaction":
                Watermark = new DumpWatermark(
                    Math.Max(Number(values[0]), Watermark?.TransactionId ?? long.MinValue),
                    Math.Max(values[1] is { } time ? Number(time) : 0, Watermark?.CommitTimeMs ?? 0)
                );
                break;
            case "alf_tenant" when values[0] is { Length: > 0 } root:
                _tenantRoots.Add(Text(root));
                break;
            case "avm_nodes" when values[0] is { } url:
                _urls.Add(RequiredUrl.FromRow(0, url));
                break;
        }
    }

    private void AddUrl(RequiredUrl url, bool orphan)
    {
        _mayBeUsed |= orphan && !_tables.Contains("alf_content_data");
        if (!orphan || _used.Contains(url.Id))
        {
            _urls.Add(url);
        }
    }

    private static string Text(byte[] value) => Encoding.UTF8.GetString(value);

    private static long Number(byte[]? value) =>
        value is not null && Utf8Parser.TryParse(value, out long number, out int consumed) && consumed == value.Length
            ? number
            : throw new FormatException("a row has no number where one is expected");
}
