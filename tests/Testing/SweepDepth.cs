namespace AlfrescoBackupFlows.Testing;

/// <summary>How many requests the tests take that break one after the other.</summary>
public static class SweepDepth
{
    /// <summary>With <c>ABF_FAULT_SWEEP=full</c> every single one, otherwise a sample.</summary>
    public static bool IsFull { get; } = Environment.GetEnvironmentVariable("ABF_FAULT_SWEEP") == "full";
}
