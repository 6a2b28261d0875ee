namespace AlfrescoBackupFlows.Contracts;

/// <summary>What <c>abf check</c> says to a monitor. Ages are in seconds, by the clock of the host that asks; one of a
/// time in the future is 0.</summary>
/// <param name="State"><c>OK</c>, <c>WARNING</c>, <c>CRITICAL</c> or <c>UNKNOWN</c>.</param>
/// <param name="Code">The exit code: 0 to 3, in this order.</param>
/// <param name="Problems">What is wrong, the worst first, one line each.</param>
/// <param name="Set">The newest consistent set that was backed up, not imported; null: there is none.</param>
/// <param name="Sets">All sets of the installation.</param>
/// <param name="LastVerification">When any of them was verified last, UTC; null: nothing is recorded, as of <paramref
/// name="LastDrill"/>.</param>
public sealed record CheckDocument(
    string State,
    int Code,
    string[] Problems,
    string? Set,
    DateTime? Sealed,
    double? AgeSeconds,
    int Sets,
    DateTime? LastVerification,
    double? VerificationAgeSeconds,
    DateTime? LastDrill,
    double? DrillAgeSeconds
);
