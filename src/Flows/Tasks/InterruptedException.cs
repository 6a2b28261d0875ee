namespace AlfrescoBackupFlows.Flows.Tasks;

/// <summary>An activity stopped because it was cancelled: its host stops, and another one runs it again.</summary>
public sealed class InterruptedException(Exception cause) : Exception("the host stopped while this was running", cause);
