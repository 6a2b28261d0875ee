using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AlfrescoBackupFlows.Cli.Output;

/// <summary>Every document that <c>--json</c> writes. Members are added, never renamed: scripts read them.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SetDocument[]))]
[JsonSerializable(typeof(ShowDocument))]
[JsonSerializable(typeof(EntryDocument))]
[JsonSerializable(typeof(BackupDocument))]
[JsonSerializable(typeof(StatusDocument))]
[JsonSerializable(typeof(RunDocument))]
[JsonSerializable(typeof(InitDocument))]
[JsonSerializable(typeof(KeyChangeDocument))]
[JsonSerializable(typeof(KeyDocument[]))]
[JsonSerializable(typeof(VerifyDocument))]
[JsonSerializable(typeof(RestoreDocument))]
[JsonSerializable(typeof(RestorePlanDocument))]
internal sealed partial class CliJson : JsonSerializerContext
{
    /// <summary>Nothing here enters HTML: names stay as they are.</summary>
    public static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    public static readonly CliJson Relaxed = new(new JsonSerializerOptions { Encoder = Encoder, PropertyNamingPolicy = JsonNamingPolicy.CamelCase });
}
