namespace AlfrescoBackupFlows.Flows.Tasks;

/// <summary>The external events that a running flow listens to.</summary>
public static class FlowEvents
{
    /// <summary>Ends a flow before it is done; carries <see cref="Nothing"/>.</summary>
    public const string Cancel = "cancel";

    /// <summary>
    /// The same, but what is at work comes to its end first: a flow sends it to one that it has begun, and whose traces it
    /// removes next. Carries <see cref="Nothing"/>.
    /// </summary>
    public const string CancelAfterStep = "cancel-after-step";
}
