using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Api.Documents;

namespace AlfrescoBackupFlows.Api;

/// <summary>Every document that goes in or out. Members are added, never renamed: clients read them.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(BackupRequest))]
[JsonSerializable(typeof(VerifyRequest))]
[JsonSerializable(typeof(RestoreRequest))]
[JsonSerializable(typeof(BackupDocument))]
[JsonSerializable(typeof(SetDocument[]))]
[JsonSerializable(typeof(SetDetailDocument))]
[JsonSerializable(typeof(VerificationDocument))]
[JsonSerializable(typeof(RestoreDocument))]
[JsonSerializable(typeof(HealthDocument))]
[JsonSerializable(typeof(Problem))]
public sealed partial class ApiJson : JsonSerializerContext
{
    /// <summary>Nothing here enters HTML: names stay as they are.</summary>
    public static readonly ApiJson Relaxed = new(new JsonSerializerOptions
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
    });
}
