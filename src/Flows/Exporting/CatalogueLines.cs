using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Flows.Archives;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Catalogues;

namespace AlfrescoBackupFlows.Flows.Exporting;

/// <summary>A node of the catalogue as a line of JSON; what it does not have is left out.</summary>
/// <param name="Id">Its row in <c>alf_node</c>; the lines are in this order.</param>
internal sealed record CatalogueLine(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] long Id,
    string Store,
    string Uuid,
    string Name
)
{
    /// <summary>The row of its primary parent; 0 where it has none.</summary>
    public long Parent { get; init; }

    /// <summary>For people: of a document, its path below Company Home. An import passes over it.</summary>
    public string? Path { get; init; }

    public DateTimeOffset? Modified { get; init; }

    public string? Version { get; init; }

    /// <summary>Of a version: the UUID of its document.</summary>
    public string? VersionOf { get; init; }

    /// <summary>Paths begin below it.</summary>
    public bool Home { get; init; }

    public CatalogueLineContent[]? Contents { get; init; }
}

internal sealed record CatalogueLineContent(string Property, string Url)
{
    public long? Size { get; init; }

    public string? Mimetype { get; init; }
}

/// <summary>The catalogue of an exported set: a line of JSON for each node, so that <c>grep</c> finds a document.</summary>
internal static class CatalogueLines
{
    /// <summary>A node with thousands of contents.</summary>
    public const int MaxLine = 16 << 20;

    private const long MaxId = 1L << 52;

    private static readonly CatalogueLineJson Json = new(
        new JsonSerializerOptions(CatalogueLineJson.Default.Options)
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        }
    );

    /// <param name="path">See <see cref="CatalogueLine.Path"/>.</param>
    public static byte[] Write(CatalogueNode node, string? path) =>
        [
            .. JsonSerializer.SerializeToUtf8Bytes(
                new CatalogueLine(node.Id, node.Store, node.Uuid, node.Name)
                {
                    Parent = node.Parent,
                    Path = path,
                    Modified = node.Modified,
                    Version = node.Label.Length > 0 ? node.Label : null,
                    VersionOf = node.VersionOf.Length > 0 ? node.VersionOf : null,
                    Home = node.IsHome,
                    Contents = node.Contents.IsEmpty ? null : [.. node.Contents.Select(ContentOf)],
                },
                Json.CatalogueLine
            ),
            (byte)'\n',
        ];

    /// <summary>Reads all lines, one in memory at a time.</summary>
    public static async IAsyncEnumerable<CatalogueNode> ReadAsync(Stream lines)
    {
        await foreach (ReadOnlyMemory<byte> line in ByteLines.ReadAsync(lines, MaxLine, ExportNames.Catalogue))
        {
            yield return Parse(line.Span);
        }
    }

    private static CatalogueLineContent ContentOf(CatalogueContent content) =>
        new(content.Property, content.Url)
        {
            Size = content.Size,
            Mimetype = content.Mimetype.Length > 0 ? content.Mimetype : null,
        };

    private static CatalogueNode Parse(ReadOnlySpan<byte> line)
    {
        CatalogueLine node;
        try
        {
            node = JsonSerializer.Deserialize(line, Json.CatalogueLine) ?? throw new JsonException("null");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw Wrong(e);
        }

        CatalogueLineContent[] contents = node.Contents ?? [];
        bool isPossible =
            node.Id is >= 0 and < MaxId
            && node.Parent is >= 0 and < MaxId
            && contents.All(static content =>
                content is not null && content.Size is null or (>= 0 and < long.MaxValue)
            );
        return isPossible
            ? new CatalogueNode(node.Id, node.Store, node.Uuid, node.Name, node.Parent)
            {
                Modified = node.Modified,
                Label = node.Version ?? string.Empty,
                VersionOf = node.VersionOf ?? string.Empty,
                IsHome = node.Home,
                Contents =
                [
                    .. contents.Select(static content => new CatalogueContent(
                        content.Property,
                        content.Url,
                        content.Size,
                        content.Mimetype ?? string.Empty
                    )),
                ],
            }
            : throw Wrong(null);
    }

    private static PermanentException Wrong(Exception? cause) =>
        cause is null
            ? ArchiveFault.Of($"a line of its {ExportNames.Catalogue} has an impossible value")
            : ArchiveFault.Of($"a line of its {ExportNames.Catalogue} is damaged", cause);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false
)]
[JsonSerializable(typeof(CatalogueLine))]
internal sealed partial class CatalogueLineJson : JsonSerializerContext;
