namespace AlfrescoBackupFlows.Hosting.Monitoring;

/// <summary>How the last backup of this host ended.</summary>
/// <param name="Outcome">One of <see cref="RunOutcomes"/>.</param>
public sealed record LastRun(string Outcome, DateTimeOffset Started, DateTimeOffset Ended);

/// <summary>How a backup can end.</summary>
public static class RunOutcomes
{
    public const string Sealed = "sealed";

    /// <summary>Sealed, and a person must look: findings, or a retention or a mirror that failed.</summary>
    public const string Findings = "findings";

    public const string Failed = "failed";

    /// <summary>Given up by somebody.</summary>
    public const string Cancelled = "cancelled";

    public static IReadOnlyList<string> All { get; } = [Sealed, Findings, Failed, Cancelled];
}
