using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Repository.Catalogues;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Contracts;

/// <summary>A document as a set has it: a row of <c>abf find --json</c>. Times are UTC.</summary>
/// <param name="Path">Below Company Home; null where the database does not say it.</param>
/// <param name="Size">In bytes; null where the database does not say it.</param>
/// <param name="Modified">When Alfresco changed it last; null as above.</param>
/// <param name="Version">Such as <c>1.2</c>; null: it has none.</param>
public sealed record FoundDocument(
    string Set,
    string NodeRef,
    string Name,
    string? Path,
    string? ContentUrl,
    long? Size,
    DateTime? Modified,
    string? Version,
    string? Mimetype
)
{
    public static FoundDocument Of(RunId set, CatalogueNode node, string? path) =>
        Of(set, node, path, node.MainContent);

    public static FoundDocument Of(RunId set, CatalogueNode node, string? path, CatalogueContent? content) =>
        new(
            set.ToString(),
            node.NodeRef,
            node.Title,
            path,
            content?.Url,
            content?.Size,
            node.Modified?.UtcDateTime,
            node.Label.Length > 0 ? node.Label : null,
            content?.Mimetype is { Length: > 0 } mimetype ? mimetype : null
        );
}

/// <summary>A document that another set has otherwise, or a folder that has another name or place there.</summary>
/// <param name="Differs">
/// What does: <c>content</c>, <c>name</c>, <c>folder</c>, <c>version</c>, <c>modified</c>.
/// </param>
public sealed record ChangedDocument(FoundDocument Before, FoundDocument After, string[] Differs);

/// <summary><c>abf extract --json</c>.</summary>
/// <param name="NodeRef">Null: only the content URL is known.</param>
/// <param name="Missing">Content URLs of versions whose file the set does not have.</param>
public sealed record ExtractDocument(
    string Set,
    string? NodeRef,
    string? Name,
    string? Path,
    ExtractedFile[] Files,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string[]? Missing
);

/// <param name="File">Where it was written, absolute.</param>
/// <param name="Version">Null: it has none.</param>
/// <param name="Size">Bytes that were written.</param>
public sealed record ExtractedFile(string File, string? Version, string ContentUrl, long Size);
