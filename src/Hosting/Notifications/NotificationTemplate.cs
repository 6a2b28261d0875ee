using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Hosting.Notifications;

/// <summary>
/// JSON in whose texts <c>{{name}}</c> stands for a member of the notification. What is put in is always text, whatever
/// stands in it: the JSON is read first and written again afterwards.
/// </summary>
public sealed partial class NotificationTemplate
{
    private const int MaxBytes = 64 * 1024;

    private const string Setting = "notify.webhook.templateFile";

    /// <summary>Of two members of one name nobody knows which is meant.</summary>
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    private static readonly string[] Names =
    [
        .. new Notification("", "", "", "", "", null, default, null).ToFields().Keys,
    ];

    private readonly JsonNode _root;

    private NotificationTemplate(JsonNode root) => _root = root;

    /// <summary>Null is none.</summary>
    /// <inheritdoc cref="Read"/>
    public static void Check(string? path)
    {
        if (path is not null)
        {
            Read(path);
        }
    }

    /// <exception cref="PermanentException">Configuration: it cannot be read, is not JSON, or names something
    /// else.</exception>
    internal static NotificationTemplate Read(string path)
    {
        try
        {
            JsonNode root =
                JsonNode.Parse(GivenPath.ReadAll(path, MaxBytes), documentOptions: Strict)
                ?? throw new JsonException("it is null");
            Replace(
                root,
                name =>
                    Names.Contains(name, StringComparer.Ordinal)
                        ? string.Empty
                        : throw Fault($"names {{{{{name}}}}}: write one of {string.Join(", ", Names)}")
            );
            return new NotificationTemplate(root);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw Fault($"cannot be read ({e.Message}): name a file that holds JSON", e);
        }
        // InvalidOperationException: an escape such as \ud800, which is half of a character.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw Fault($"is not valid JSON: {e.Message}", e);
        }

        PermanentException Fault(string what, Exception? inner = null) =>
            new(ErrorKind.Configuration, $"{Setting} '{path}' {what}", inner);
    }

    internal byte[] Render(Notification notification)
    {
        Dictionary<string, string> fields = notification.ToFields();
        return JsonSerializer.SerializeToUtf8Bytes(Replace(_root, name => fields[name]), NodeJson.Default.JsonNode);
    }

    /// <returns>A copy.</returns>
    private static JsonNode? Replace(JsonNode? node, Func<string, string> value) =>
        node switch
        {
            JsonObject o => new JsonObject(
                o.Select(member => KeyValuePair.Create(member.Key, Replace(member.Value, value)))
            ),
            JsonArray a => new JsonArray([.. a.Select(item => Replace(item, value))]),
            JsonValue v when v.TryGetValue(out string? text) => JsonValue.Create(
                Field().Replace(text, match => value(match.Groups["name"].Value))
            ),
            _ => node?.DeepClone(),
        };

    [GeneratedRegex(
        @"\{\{\s*(?<name>[A-Za-z0-9_.]*)\s*\}\}",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Field();
}

[System.Text.Json.Serialization.JsonSerializable(typeof(JsonNode))]
internal sealed partial class NodeJson : System.Text.Json.Serialization.JsonSerializerContext;
