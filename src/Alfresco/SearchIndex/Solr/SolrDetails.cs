using System.Text.Json;

namespace AlfrescoBackupFlows.Alfresco.SearchIndex.Solr;

/// <summary>
/// What <c>command=details</c> says of the newest backup of a core. It is the result of an earlier one until a backup that
/// was begun comes to its end, and nothing after Solr was started again.
/// </summary>
/// <param name="Name">Of the backup; null where it has none: one that failed is not named.</param>
/// <param name="IsSuccess">It came to its end.</param>
/// <param name="Fault">Why it failed; null where it did not.</param>
/// <param name="Files">Files of a backup that came to its end; null where Solr does not say.</param>
public sealed record SolrDetails(string? Name, bool IsSuccess, string? Fault, int? Files)
{
    public static readonly SolrDetails None = new(null, false, null, null);

    /// <summary>
    /// Solr writes lists of names and values as arrays (<c>["name", value, ...]</c>) or as objects, by its version and its
    /// configuration.
    /// </summary>
    /// <exception cref="JsonException">It is no answer of a replication handler.</exception>
    public static SolrDetails Parse(ReadOnlyMemory<byte> json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        if (
            document.RootElement.ValueKind != JsonValueKind.Object
            || !document.RootElement.TryGetProperty("details", out JsonElement details)
        )
        {
            throw new JsonException("it has no details");
        }

        try
        {
            return Find(details, "backup") is { } backup
                ? new SolrDetails(
                    TextOf(Find(backup, "snapshotName")),
                    TextOf(Find(backup, "status")) == "success",
                    TextOf(Find(backup, "exception")) ?? TextOf(Find(backup, "snapShootException")),
                    NumberOf(Find(backup, "fileCount"))
                )
                : None;
        }
        catch (InvalidOperationException e)
        {
            // An escape such as \ud800, which is half of a character.
            throw new JsonException(e.Message, e);
        }
    }

    private static JsonElement? Find(JsonElement list, string name)
    {
        if (list.ValueKind == JsonValueKind.Object)
        {
            return list.TryGetProperty(name, out JsonElement value) ? value : null;
        }

        for (int i = 0; list.ValueKind == JsonValueKind.Array && i + 1 < list.GetArrayLength(); i += 2)
        {
            if (list[i].ValueKind == JsonValueKind.String && list[i].ValueEquals(name))
            {
                return list[i + 1];
            }
        }

        return null;
    }

    private static string? TextOf(JsonElement? value) =>
        value is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private static int? NumberOf(JsonElement? value) =>
        value is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out int files) ? files : null;
}
