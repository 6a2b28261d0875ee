namespace AlfrescoBackupFlows.Embedded;

public enum RuntimeStatus
{
    /// <summary>Started and not ended; whether a process drives it at this moment shows in the lock, not in the
    /// journal.</summary>
    Running,
    Completed,
    Failed,
    Terminated,
}
