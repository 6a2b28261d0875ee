namespace AlfrescoBackupFlows.Embedded;

public enum RuntimeStatus
{
    /// <summary>Started and not ended; whether a process drives it at this moment is told by the lock, not by the
    /// journal.</summary>
    Running,
    Completed,
    Failed,
    Terminated,
}
