using AlfrescoBackupFlows.Flows.Engine;

namespace AlfrescoBackupFlows.Flows;

/// <summary>The flows by name, with the types that a host needs to start one.</summary>
public static class FlowNames
{
    public static readonly FlowName<HotBackupInput, HotBackupResult> HotBackup = new(nameof(HotBackupFlow));

    public static readonly FlowName<RestoreInput, RestoreResult> Restore = new(nameof(Flows.Restore.RestoreFlow));

    public static readonly FlowName<VerifyInput, VerifyResult> Verify = new(nameof(Flows.Verify.VerifyFlow));

    public static readonly FlowName<CaptureRangeFlowInput, CapturedRange> CaptureRange = new(nameof(CaptureRangeFlow));
}

/// <summary>The external events that a running flow listens to.</summary>
public static class FlowEvents
{
    /// <summary>Ends a backup before its seal; carries <see cref="Nothing"/>.</summary>
    public const string Cancel = "cancel";
}
