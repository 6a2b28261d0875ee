using System.Text.Json;
using System.Text.Json.Serialization;

namespace AlfrescoBackupFlows.Flows.Mirroring.Records;

/// <summary>What mirrors and their activities write into a journal: a line for each record.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(MirrorInput))]
[JsonSerializable(typeof(MirrorResult))]
[JsonSerializable(typeof(DueMirrors))]
[JsonSerializable(typeof(MirrorStep))]
[JsonSerializable(typeof(MirroredPart))]
[JsonSerializable(typeof(MirrorTargetInput))]
[JsonSerializable(typeof(MirrorTargetResult))]
public sealed partial class MirrorJson : JsonSerializerContext;
