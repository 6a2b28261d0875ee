namespace AlfrescoBackupFlows.Flows.Options;

/// <summary>The <c>verify</c> section: how often all sets are verified by themselves.</summary>
public sealed class VerifyOptions
{
    /// <summary>The host that stays verifies where the last verification of this depth is so long ago; null: only when
    /// asked.</summary>
    public TimeSpan? Every { get; set; }

    /// <summary><c>structure</c>, <c>sample</c>, <c>data</c> or <c>live</c>.</summary>
    public string Depth { get; set; } = "structure";
}
