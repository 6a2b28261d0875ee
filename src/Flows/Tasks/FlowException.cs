namespace AlfrescoBackupFlows.Flows.Tasks;

/// <summary>An instance ended with a failure: what a host throws to whoever waited for its result.</summary>
public sealed class FlowException(string flow, FlowFailure failure) : Exception($"{flow}: {failure.Message}")
{
    public FlowFailure Failure { get; } = failure;
}
