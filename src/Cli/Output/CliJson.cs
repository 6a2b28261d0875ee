using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Contracts;

namespace AlfrescoBackupFlows.Cli.Output;

/// <summary>Every document that <c>--json</c> writes. Members are added, never renamed: scripts read them.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SetDocument[]))]
[JsonSerializable(typeof(SetsDocument))]
[JsonSerializable(typeof(SetDetailDocument))]
[JsonSerializable(typeof(CheckDocument))]
[JsonSerializable(typeof(NotifyTestDocument[]))]
[JsonSerializable(typeof(ScheduleDocument[]))]
[JsonSerializable(typeof(NotifySummaryDocument))]
[JsonSerializable(typeof(EntryDocument))]
[JsonSerializable(typeof(BackupResultDocument))]
[JsonSerializable(typeof(StatusDocument))]
[JsonSerializable(typeof(RunDocument))]
[JsonSerializable(typeof(InitDocument))]
[JsonSerializable(typeof(KeyChangeDocument))]
[JsonSerializable(typeof(ForgetDocument))]
[JsonSerializable(typeof(ForgetPruneDocument))]
[JsonSerializable(typeof(PruneDocument))]
[JsonSerializable(typeof(RepairDocument))]
[JsonSerializable(typeof(PinDocument))]
[JsonSerializable(typeof(StatsDocument))]
[JsonSerializable(typeof(MirrorDocument))]
[JsonSerializable(typeof(KeyDocument[]))]
[JsonSerializable(typeof(KeyRotationDocument))]
[JsonSerializable(typeof(KeyExportDocument))]
[JsonSerializable(typeof(ResealDocument))]
[JsonSerializable(typeof(KeyRecoveryDocument))]
[JsonSerializable(typeof(KeySheetDocument))]
[JsonSerializable(typeof(SetupDocument))]
[JsonSerializable(typeof(SettingDocument[]))]
[JsonSerializable(typeof(ConfigCheckDocument))]
[JsonSerializable(typeof(GeneratedDocument[]))]
[JsonSerializable(typeof(VerificationResultDocument))]
[JsonSerializable(typeof(DoctorDocument))]
[JsonSerializable(typeof(ReportDocument))]
[JsonSerializable(typeof(ReportFindingDocument))]
[JsonSerializable(typeof(RestoreResultDocument))]
[JsonSerializable(typeof(RestorePlanDocument))]
[JsonSerializable(typeof(ExportDocument))]
[JsonSerializable(typeof(ImportDocument))]
[JsonSerializable(typeof(DrillResultDocument))]
[JsonSerializable(typeof(FoundDocument))]
[JsonSerializable(typeof(ChangedDocument))]
[JsonSerializable(typeof(ExtractDocument))]
internal sealed partial class CliJson : JsonSerializerContext
{
    public static readonly CliJson Relaxed = new(ContractOptions.Create());
}
