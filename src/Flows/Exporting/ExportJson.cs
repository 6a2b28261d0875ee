using System.Text.Json.Serialization;

namespace AlfrescoBackupFlows.Flows.Exporting;

/// <summary>The documents of an exported file, and the result page of an import.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false
)]
[JsonSerializable(typeof(ExportManifest))]
[JsonSerializable(typeof(ImportedPage))]
internal sealed partial class ExportJson : JsonSerializerContext;

/// <summary>The one result page of an import: its rows are what counts.</summary>
internal sealed record ImportedPage(int Roots);
