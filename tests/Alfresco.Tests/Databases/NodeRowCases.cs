using System.Globalization;
using AlfrescoBackupFlows.Alfresco.Databases;
using Xunit;

namespace AlfrescoBackupFlows.Alfresco.Tests.Databases;

/// <summary>What every vendor must tell of the nodes in a dump.</summary>
/// <param name="open">The database, with Alfresco's empty tables.</param>
/// <param name="execute">Runs SQL in it.</param>
/// <param name="yes">A true value, in the words of the vendor.</param>
internal sealed class NodeRowCases(Func<IDatabaseSource> open, Func<string, Task> execute, string yes, string no)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async Task RunAsync()
    {
        await execute(
            $"""
            INSERT INTO alf_namespace (id, version, uri) VALUES (7, 0, 'http://www.alfresco.org/model/versionstore/2.0'), (8, 0, 'http://example.org/model');
            INSERT INTO alf_qname (id, version, ns_id, local_name) VALUES (20, 0, 1, 'versionLabel'), (21, 0, 7, 'versionLabel'), (22, 0, 7, 'frozenNodeRef'), (23, 0, 8, 'scan'), (24, 0, 8, 'name');
            INSERT INTO alf_store (id, version, protocol, identifier) VALUES (3, 1, 'workspace', 'version2Store');
            INSERT INTO alf_content_url (id, content_url, content_url_short, content_url_crc, content_size) VALUES (1, 'store://2026/1/1/1/1/a''b.bin', 'x', 1, 11), (2, 'store://2026/1/1/1/1/c.bin', 'x', 2, 12), (3, 'store://2026/1/1/1/1/nobodys.bin', 'x', 3, -5);
            INSERT INTO alf_content_data (id, version, content_url_id, content_mimetype_id) VALUES (5, 0, 1, 1), (6, 0, 2, NULL), (7, 0, NULL, 1), (8, 0, 3, 2);
            """
                + Node(10, 1, "'2026-05-03T10:12:33.123+02:00'")
                + Node(11, 1, "NULL")
                + Node(12, 3, "'2026-05-03T10:12:33.123Z'")
                + Association(10, 1, "company_home", yes)
                + Association(11, 10, "y", yes)
                + Association(11, 1, "elsewhere", no)
                + Text(10, 2, "Company Home")
                + Text(11, 2, "Grüße, ''Welt''.pdf")
                + Text(11, 24, "not a cm:name")
                + Text(11, 20, "1.3")
                + Text(12, 21, "1.2")
                + Text(12, 22, "workspace://SpacesStore/uuid-11")
                + Number(11, 21, 1, 5)
                + Number(11, 3, 23, 6)
                + Number(12, 3, 1, 6)
                + Number(12, 21, 23, 7)
                + Number(10, 21, 23, 8)
        );
        Rows rows = new();
        DumpRun run = await DumpRun.TakeAsync(open(), Cancel, nodes: rows);

        Assert.Null(run.Result.NodesFault);
        Assert.Equal(
            [
                "content 10 {http://example.org/model}scan store://2026/1/1/1/1/nobodys.bin  text/plain",
                "content 11 {http://www.alfresco.org/model/content/1.0}content store://2026/1/1/1/1/a'b.bin 11 application/pdf",
                "content 12 {http://www.alfresco.org/model/content/1.0}content store://2026/1/1/1/1/c.bin 12 ",
                "home 10 below 1",
                "node 1 workspace://SpacesStore 00000000-0000-0000-0000-00000000000a ",
                "node 10 workspace://SpacesStore uuid-10 2026-05-03T10:12:33.123+02:00",
                "node 11 workspace://SpacesStore uuid-11 ",
                "node 12 workspace://version2Store uuid-12 2026-05-03T10:12:33.123Z",
                "node 11 below 10",
                "text 10 {http://www.alfresco.org/model/content/1.0}name Company Home",
                "text 11 {http://www.alfresco.org/model/content/1.0}name Grüße, 'Welt'.pdf",
                "text 11 {http://www.alfresco.org/model/content/1.0}versionLabel 1.3",
                "text 12 {http://www.alfresco.org/model/versionstore/2.0}frozenNodeRef workspace://SpacesStore/uuid-11",
                "text 12 {http://www.alfresco.org/model/versionstore/2.0}versionLabel 1.2",
            ],
            rows.Lines()
                .Order(StringComparer.Ordinal)
                .OrderBy(static line => line.Split(' ')[0], StringComparer.Ordinal)
                .ThenBy(static line => line.Contains(" below ", StringComparison.Ordinal))
        );

        // What cannot be taken ends the rows, and not the dump.
        DumpRun full = await DumpRun.TakeAsync(
            open(),
            Cancel,
            nodes: new Rows { Fault = new FormatException("no room.") }
        );
        Assert.Equal("no room", full.Result.NodesFault);
        Assert.Equal(run.Sql.Length, full.Sql.Length);

        await WithholdAsync(run.Result.NodeDigests);

        await execute("DROP TABLE alf_child_assoc");
        DumpRun less = await DumpRun.TakeAsync(open(), Cancel, nodes: new Rows());
        Assert.Equal("the database has no table alf_child_assoc", less.Result.NodesFault);
        Assert.NotEmpty(less.Sql);
    }

    /// <summary>Ranges of ids that are as they were are not told again, where the server digests them.</summary>
    private async Task WithholdAsync(RowDigests? first)
    {
        if (first is null)
        {
            return;
        }

        Rows none = new() { Known = first };
        DumpRun unchanged = await DumpRun.TakeAsync(open(), Cancel, nodes: none);
        Assert.Equal([0], unchanged.Result.NodesWithheld);
        Assert.Empty(none.Lines());

        await execute(Node(5000, 1, "NULL") + Text(5000, 2, "far") + Association(5000, 10, "far", yes));
        Rows far = new() { Known = first };
        DumpRun added = await DumpRun.TakeAsync(open(), Cancel, nodes: far);
        Assert.Equal([0], added.Result.NodesWithheld);
        Assert.Equal(3, far.Lines().Count());
        foreach (
            string change in (string[])
                [
                    "UPDATE alf_node SET uuid = 'other' WHERE id = 5000",
                    "UPDATE alf_node SET audit_modified = '2026-01-01T00:00:00Z' WHERE id = 5000",
                    "UPDATE alf_child_assoc SET parent_node_id = 11 WHERE child_node_id = 5000",
                    "UPDATE alf_node_properties SET string_value = 'further' WHERE node_id = 5000",
                    Number(5000, 21, 1, 5),
                    "UPDATE alf_content_data SET content_mimetype_id = 2 WHERE id = 5",
                    "UPDATE alf_content_url SET content_size = 4711 WHERE id = 1",
                ]
        )
        {
            await execute(change);
            DumpRun next = await DumpRun.TakeAsync(
                open(),
                Cancel,
                nodes: new Rows { Known = added.Result.NodeDigests }
            );
            Assert.False(next.Result.NodesWithheld.Contains(9), change);
            added = next;
        }
    }

    private static string Node(long id, int store, string modified) =>
        FormattableString.Invariant(
            $"INSERT INTO alf_node (id, version, store_id, uuid, transaction_id, type_qname_id, locale_id, audit_modified) VALUES ({id}, 1, {store}, 'uuid-{id}', 1, 1, 1, {modified});\n"
        );

    private static string Association(long child, long parent, string name, string isPrimary) =>
        FormattableString.Invariant(
            $"INSERT INTO alf_child_assoc (id, version, parent_node_id, type_qname_id, child_node_name_crc, child_node_name, child_node_id, qname_ns_id, qname_localname, qname_crc, is_primary) VALUES ({(child * 100) + parent}, 1, {parent}, 5, 1, 'x', {child}, 1, '{name}', 1, {isPrimary});\n"
        );

    private static string Text(long node, int property, string text) =>
        FormattableString.Invariant(
            $"INSERT INTO alf_node_properties (node_id, actual_type_n, persisted_type_n, string_value, qname_id, list_index, locale_id) VALUES ({node}, 6, 6, '{text}', {property}, -1, 1);\n"
        );

    private static string Number(long node, int type, int property, long value) =>
        FormattableString.Invariant(
            $"INSERT INTO alf_node_properties (node_id, actual_type_n, persisted_type_n, long_value, qname_id, list_index, locale_id) VALUES ({node}, {type}, 3, {value}, {property}, -1, 1);\n"
        );

    /// <summary>Puts together what belongs together, in memory.</summary>
    private sealed class Rows : INodeRows
    {
        private readonly Dictionary<long, string> _stores = [];
        private readonly Dictionary<long, string> _mimetypes = [];
        private readonly Dictionary<long, string> _properties = [];
        private readonly Dictionary<long, (long Url, long? Mimetype)> _data = [];
        private readonly Dictionary<long, (string Url, long? Size)> _urls = [];
        private readonly List<Func<string?>> _lines = [];

        public Exception? Fault { get; init; }

        public RowDigests? Known { get; init; }

        public void Store(long id, string store) => _stores.Add(id, store);

        public void Mimetype(long id, string mimetype) => _mimetypes.Add(id, mimetype);

        public void Property(long id, string name) => _properties.Add(id, name);

        public void Node(long id, long store, string uuid, string? modified)
        {
            if (Fault is not null)
            {
                throw Fault;
            }

            _lines.Add(() => $"node {id} {_stores[store]} {uuid} {modified}");
        }

        public void Parent(long child, long parent, bool isHome) =>
            _lines.Add(() => $"{(isHome ? "home" : "node")} {child} below {parent}");

        public void Text(long node, long property, string text) =>
            _lines.Add(() => $"text {node} {_properties[property]} {text}");

        public void Content(long node, long property, string url, long? size, long? mimetype) =>
            _lines.Add(() => Line(node, property, url, size, mimetype));

        public void ContentUse(long node, long property, long data) =>
            _lines.Add(() =>
                _data.TryGetValue(data, out var found)
                    ? Line(node, property, _urls[found.Url].Url, _urls[found.Url].Size, found.Mimetype)
                    : null
            );

        public void ContentData(long data, long url, long? mimetype) => _data.Add(data, (url, mimetype));

        public void ContentUrl(long id, string url, long? size) => _urls.Add(id, (url, size));

        public IEnumerable<string> Lines() => _lines.Select(static line => line()).OfType<string>();

        private string Line(long node, long property, string url, long? size, long? mimetype) =>
            string.Create(
                CultureInfo.InvariantCulture,
                $"content {node} {_properties[property]} {url} {size} {(mimetype is { } id ? _mimetypes[id] : null)}"
            );
    }
}
