using AlfrescoBackupFlows.Alfresco.Installations;

namespace AlfrescoBackupFlows.Flows.Options;

/// <summary>The <c>metrics</c> section: where a command that ends leaves its numbers.</summary>
public sealed class MetricsOptions
{
    /// <summary>A file that is written anew whenever a flow has ended, in the text format of Prometheus; null:
    /// none.</summary>
    [PathSetting]
    public string? File { get; set; }
}
