using System.Text.Json;

namespace AlfrescoBackupFlows.Functions;

/// <summary>
/// JSON that the flows' catalog wrote, as Durable Task carries it. Its own converter writes a <see cref="JsonElement"/> as it is, so that what
/// stands in history is the same on every engine.
/// </summary>
internal static class Payload
{
    public static JsonElement Parse(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
