using System.Text.Encodings.Web;
using System.Text.Json;

namespace AlfrescoBackupFlows.Contracts;

/// <summary>How every document is written, on stdout and over HTTP.</summary>
public static class ContractOptions
{
    /// <summary>Nothing here enters HTML: names stay as they are.</summary>
    public static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    /// <summary>New options: a source-generated context makes those that it is given its own.</summary>
    public static JsonSerializerOptions Create() =>
        new() { Encoder = Encoder, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };
}
