using AlfrescoBackupFlows.Flows.Engine;

namespace AlfrescoBackupFlows.Flows;

/// <summary>The product's flows and activities, ready for any engine.</summary>
public static class BackupFlows
{
    /// <summary>Registers everything. Activities share what <paramref name="environment"/> holds.</summary>
    public static FlowCatalog CreateCatalog(FlowEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        return new FlowCatalog(FlowJson.Default)
            .Add(FlowNames.HotBackup, new HotBackupFlow())
            .Add(FlowNames.CaptureRange, new CaptureRangeFlow());
    }
}
