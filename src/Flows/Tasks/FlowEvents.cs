namespace AlfrescoBackupFlows.Flows.Tasks;

/// <summary>The external events that a running flow listens to.</summary>
public static class FlowEvents
{
    /// <summary>Ends a flow before it is done; carries <see cref="Nothing"/>.</summary>
    public const string Cancel = "cancel";
}
