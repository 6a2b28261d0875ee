using System.Collections.Immutable;

namespace AlfrescoBackupFlows.Repository.Catalogues;

/// <summary>A node of Alfresco as a set's catalogue has it: a document, a folder, a version of a document.</summary>
/// <param name="Id">Its row in <c>alf_node</c>; not negative.</param>
/// <param name="Store">Such as <c>workspace://SpacesStore</c>.</param>
/// <param name="Uuid">As the database has it.</param>
/// <param name="Name">Its <c>cm:name</c>; empty where it has none.</param>
/// <param name="Parent">The row of its primary parent; 0 where it has none.</param>
public sealed record CatalogueNode(long Id, string Store, string Uuid, string Name, long Parent)
{
    /// <summary>The most bytes, in UTF-8, of a name, a URL or another text.</summary>
    public const int MaxTextBytes = 65_535;

    private const string Main = "{http://www.alfresco.org/model/content/1.0}content";

    /// <summary>When it was changed last; null where the database does not say.</summary>
    public DateTimeOffset? Modified { get; init; }

    /// <summary>Its version, such as <c>1.2</c>; empty where it has none.</summary>
    public string Label { get; init; } = string.Empty;

    /// <summary>Of a version: the UUID of the document whose version it is; else empty.</summary>
    public string VersionOf { get; init; } = string.Empty;

    /// <summary>Paths begin below it: it is a Company Home.</summary>
    public bool IsHome { get; init; }

    public ImmutableArray<CatalogueContent> Contents { get; init; } = [];

    /// <summary>Such as <c>workspace://SpacesStore/UUID</c>.</summary>
    public string NodeRef => $"{Store}/{Uuid}";

    /// <summary>The content that people mean: that of <c>cm:content</c>, or the first one; null where it has none.</summary>
    public CatalogueContent? MainContent =>
        Contents.FirstOrDefault(static content => content.Property == Main) ?? Contents.FirstOrDefault();

    /// <summary>Neither a folder nor a version.</summary>
    public bool IsDocument => !Contents.IsEmpty && VersionOf.Length == 0;

    /// <summary>What it is called by people: its UUID where it has no name.</summary>
    public string Title => Name.Length > 0 ? Name : Uuid;
}

/// <summary>A content property of a node, and the file that it names.</summary>
/// <param name="Property">Such as <c>{http://www.alfresco.org/model/content/1.0}content</c>.</param>
/// <param name="Url">The content URL.</param>
/// <param name="Size">In bytes; null where the database has no size that a file can have.</param>
/// <param name="Mimetype">Empty where there is none.</param>
public sealed record CatalogueContent(string Property, string Url, long? Size, string Mimetype);

/// <summary>A node that uses a content URL.</summary>
/// <param name="Path">See <see cref="CatalogueReader.PathOfAsync"/>; null where it cannot be told.</param>
public sealed record ContentUse(CatalogueNode Node, CatalogueContent Content, string? Path);
