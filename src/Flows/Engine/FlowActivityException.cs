using AlfrescoBackupFlows.Platform;

namespace AlfrescoBackupFlows.Flows.Engine;

/// <summary>
/// A failure of an activity or a child flow as it crosses the engine: a kind, a message and whether trying again could have helped.
/// Exception types do not survive every host, these three do.
/// </summary>
public sealed class FlowActivityException(string name, FlowFailure failure)
    : Exception($"{name}: {failure.Message}")
{
    /// <summary>The activity or flow that failed.</summary>
    public string Name { get; } = name;

    public FlowFailure Failure { get; } = failure;
}

/// <summary>A failure as data. <see cref="Message"/> is the one line for the administrator.</summary>
public sealed record FlowFailure(ErrorKind Kind, string Message, bool IsRetryable)
{
    /// <summary>How an exception crosses an engine.</summary>
    public static FlowFailure From(Exception exception) => exception switch
    {
        FlowActivityException e => e.Failure,
        PermanentException e => new FlowFailure(e.Kind, e.Message, IsRetryable: false),
        TransientException e => new FlowFailure(e.Kind, e.Message, IsRetryable: true),
        AbfException e => new FlowFailure(e.Kind, e.Message, IsRetryable: false),
        OperationCanceledException e => new FlowFailure(ErrorKind.Cancelled, e.Message, IsRetryable: false),
        _ => new FlowFailure(ErrorKind.Unexpected, $"{exception.GetType().Name}: {exception.Message}", IsRetryable: true),
    };
}
