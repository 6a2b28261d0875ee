namespace AlfrescoBackupFlows.Alfresco.Databases;

/// <summary>
/// Takes the rows of which a catalogue of nodes is made, from the dump's own snapshot: the tables one after the other, in
/// any order, the rows in any order. One call at a time. A node that is not told in <see cref="Node"/> is none.
/// </summary>
public interface INodeRows
{
    /// <summary>
    /// What the rows of ranges of <see cref="NodeProperties.IdsPerRange"/> ids were in the set before: where they are the
    /// same, they need not be told (<see cref="DumpResult.NodesWithheld"/>). Null: all are told.
    /// </summary>
    RowDigests? Known => null;

    /// <summary>A row of <c>alf_store</c>, such as <c>workspace://SpacesStore</c>.</summary>
    void Store(long id, string store);

    /// <summary>A row of <c>alf_mimetype</c>.</summary>
    void Mimetype(long id, string mimetype);

    /// <summary>A row of <c>alf_qname</c>, as <c>{uri}local</c>.</summary>
    void Property(long id, string name);

    /// <summary>A row of <c>alf_node</c>.</summary>
    /// <param name="modified">As the database has it; null for NULL.</param>
    void Node(long id, long store, string uuid, string? modified);

    /// <summary>A primary association.</summary>
    /// <param name="isHome">The child is a Company Home.</param>
    void Parent(long child, long parent, bool isHome);

    /// <summary>The value of one of <see cref="NodeProperties.Texts"/>.</summary>
    void Text(long node, long property, string text);

    /// <summary>A content property.</summary>
    /// <param name="size">Null where the database has none that a file can have.</param>
    void Content(long node, long property, string url, long? size, long? mimetype);

    /// <summary>The same in three rows: a property that names a row of <c>alf_content_data</c>,</summary>
    void ContentUse(long node, long property, long data);

    /// <summary>which names one of <c>alf_content_url</c>,</summary>
    void ContentData(long data, long url, long? mimetype);

    /// <summary>which has the URL.</summary>
    void ContentUrl(long id, string url, long? size);
}

/// <summary>The properties and tables that a catalogue is made of.</summary>
public static class NodeProperties
{
    /// <summary>A range of ids, for digests.</summary>
    public const int IdsPerRange = 512;

    private const string ContentModel = "{http://www.alfresco.org/model/content/1.0}";
    private const string VersionModel = "{http://www.alfresco.org/model/versionstore/2.0}";

    public const string Name = $"{ContentModel}name";
    public const string Content = $"{ContentModel}content";

    /// <summary>Of a document: that of its newest version.</summary>
    public const string VersionLabel = $"{ContentModel}versionLabel";

    /// <summary>Of a version in the version store.</summary>
    public const string FrozenLabel = $"{VersionModel}versionLabel";

    /// <summary>Of a version: the document, as a node reference.</summary>
    public const string FrozenNodeRef = $"{VersionModel}frozenNodeRef";

    /// <summary>Where a home lies: the local name of its association.</summary>
    internal const string HomeAssociation = "company_home";

    /// <summary>Those whose values are texts.</summary>
    public static IReadOnlyList<string> Texts { get; } = [Name, VersionLabel, FrozenLabel, FrozenNodeRef];

    /// <summary>Without one of them there is no catalogue.</summary>
    internal static IReadOnlyList<string> Tables { get; } =
    [
        "alf_child_assoc",
        "alf_content_data",
        "alf_content_url",
        "alf_mimetype",
        "alf_namespace",
        "alf_node",
        "alf_node_properties",
        "alf_qname",
        "alf_store",
    ];

    /// <summary>What kind of a value <c>actual_type_n</c> says: the id of a row of <c>alf_content_data</c>.</summary>
    internal const int ContentDataType = 21;

    /// <summary>A number; of <see cref="Content"/> it is the same id.</summary>
    internal const int LongType = 3;

    /// <summary>Why a database has no catalogue that lacks one of its tables; null where it has all.</summary>
    internal static string? Lack(Func<string, bool> has) =>
        Tables.Where(table => !has(table)).ToArray() is { Length: > 0 } missing
            ? $"the database has no table {string.Join(", ", missing)}"
            : null;
}
