using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Api.Documents;
using AlfrescoBackupFlows.Contracts;

namespace AlfrescoBackupFlows.Api;

/// <summary>Every document that goes in or out. Members are added, never renamed: clients read them.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(BackupRequest))]
[JsonSerializable(typeof(VerifyRequest))]
[JsonSerializable(typeof(RestoreRequest))]
[JsonSerializable(typeof(BackupDocument))]
[JsonSerializable(typeof(BackupDocument[]))]
[JsonSerializable(typeof(SetDocument[]))]
[JsonSerializable(typeof(SetDetailDocument))]
[JsonSerializable(typeof(VerificationDocument))]
[JsonSerializable(typeof(RestoreDocument))]
[JsonSerializable(typeof(DrillRequest))]
[JsonSerializable(typeof(DrillDocument))]
[JsonSerializable(typeof(HealthDocument))]
[JsonSerializable(typeof(HeadDocument))]
[JsonSerializable(typeof(ForgetSetsRequest))]
[JsonSerializable(typeof(ForgetDocument))]
[JsonSerializable(typeof(PinRequest))]
[JsonSerializable(typeof(PinDocument))]
[JsonSerializable(typeof(StatsDocument))]
[JsonSerializable(typeof(PruneRequest))]
[JsonSerializable(typeof(PruneRunDocument))]
[JsonSerializable(typeof(MirrorTargetRequest))]
[JsonSerializable(typeof(MirrorRunDocument))]
[JsonSerializable(typeof(FindDocument))]
[JsonSerializable(typeof(FoundDocument[]))]
[JsonSerializable(typeof(SetReportDocument))]
[JsonSerializable(typeof(Problem))]
public sealed partial class ApiJson : JsonSerializerContext
{
    public static readonly ApiJson Relaxed = new(ContractOptions.Create());
}
