using System.Text.Encodings.Web;
using System.Text.Json;

namespace AlfrescoBackupFlows.Contracts;

/// <summary>How every document is written, on stdout and over HTTP.</summary>
public static class ContractOptions
{
    /// <summary>Nothing here enters HTML: names stay as they are.</summary>
    public static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    /// <summary>
    /// New options: a source-generated context makes those that it is given its own. A member that stands twice is no
    /// document: of two readers one might take the first, and the other the second.
    /// </summary>
    public static JsonSerializerOptions Create() =>
        new()
        {
            Encoder = Encoder,
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            AllowDuplicateProperties = false,
        };
}
