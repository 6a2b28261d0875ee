using System.Text.Json;
using System.Text.Json.Serialization;

namespace AlfrescoBackupFlows.Hosting.Notifications;

/// <summary>What is told, and what a webhook gets as JSON: no secret, no path of the host. Members are added, never
/// renamed.</summary>
/// <param name="Event">One of <see cref="NotificationEvents"/>.</param>
/// <param name="State"><c>problem</c>, <c>over</c>, <c>ok</c> or <c>test</c>.</param>
/// <param name="Installation">Its name.</param>
/// <param name="Title">One short line.</param>
/// <param name="Message">What is wrong; of one that is over, what it was.</param>
/// <param name="Run">The run, verification or drill that saw it; null where none did.</param>
/// <param name="Time">UTC.</param>
/// <param name="Since">When a problem that lasts was told first, UTC; null: just now.</param>
public sealed record Notification(
    string Event,
    string State,
    string Installation,
    string Title,
    string Message,
    string? Run,
    DateTime Time,
    DateTime? Since
)
{
    public const string Problem = "problem";
    public const string Over = "over";
    public const string Ok = "ok";
    public const string Test = "test";

    /// <summary>Of the document.</summary>
    [JsonPropertyOrder(-1)]
    public int Version => 1;

    /// <summary>As it is sent where no template says otherwise.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, NotificationJson.Default.Notification);

    /// <summary>What a template may name, by its name.</summary>
    internal Dictionary<string, string> ToFields() =>
        JsonSerializer
            .SerializeToElement(this, NotificationJson.Default.Notification)
            .EnumerateObject()
            .ToDictionary(member => member.Name, member => member.Value.ToString(), StringComparer.Ordinal);
}

/// <summary>What notifications are about.</summary>
public static class NotificationEvents
{
    /// <summary>A backup failed, or could not begin; with <c>ok</c>, one went well.</summary>
    public const string Backup = "backup";

    /// <summary>A set was sealed with findings that a person must see.</summary>
    public const string Findings = "findings";

    /// <summary>What should be forgotten or pruned was not.</summary>
    public const string Retention = "retention";

    /// <summary>Mirrors do not have the newest set.</summary>
    public const string Mirror = "mirror";

    public const string Verification = "verification";
    public const string Drill = "drill";

    /// <summary>A restore failed.</summary>
    public const string Restore = "restore";

    /// <summary>The log was cut, forked, or put back from an older copy, or is damaged.</summary>
    public const string Repository = "repository";

    /// <summary>The newest consistent set is older than <c>notify.maxAge</c>.</summary>
    public const string Age = "age";

    /// <summary>The repository cannot be reached, or does not take what it is given.</summary>
    public const string Storage = "storage";

    /// <summary>A disk has less room than a run may need.</summary>
    public const string Space = "space";

    /// <summary><c>abf key reseal</c> failed.</summary>
    public const string Keys = "keys";

    /// <summary>The configuration was to be loaded anew, and could not be.</summary>
    public const string Configuration = "configuration";

    /// <summary>A channel did not take what it was to tell.</summary>
    public const string Channel = "channel";

    /// <summary>What became of the last seven days.</summary>
    public const string Summary = "summary";

    public const string Test = "test";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Notification))]
[JsonSerializable(typeof(Dictionary<string, StandingProblem>))]
[JsonSerializable(typeof(Dictionary<string, string>))]
[JsonSerializable(typeof(LastSummary))]
internal sealed partial class NotificationJson : JsonSerializerContext;
