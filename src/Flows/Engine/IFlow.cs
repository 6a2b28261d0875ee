namespace AlfrescoBackupFlows.Flows.Engine;

/// <summary>A workflow definition: order, branching and retry policy, nothing else. Stateless; one instance may serve many runs.</summary>
public interface IFlow<in TInput, TOutput>
{
    Task<TOutput> RunAsync(IFlowContext context, TInput input);
}

/// <summary>
/// A step that does work. Idempotent: an engine runs an interrupted activity again, sometimes while the first attempt is still alive,
/// and both must come to the same result.
/// </summary>
public interface IActivity<in TInput, TOutput>
{
    Task<TOutput> RunAsync(TInput input, ActivityContext context, CancellationToken cancellationToken);
}

/// <param name="InstanceId">The flow instance that called.</param>
/// <param name="Progress">Live progress for people; never part of history.</param>
public sealed record ActivityContext(string InstanceId, IProgressSink Progress);

/// <summary>Receives live progress from activities. Called from many threads; must not block.</summary>
public interface IProgressSink
{
    /// <summary>Adds to the counts of a phase.</summary>
    void Advance(string phase, long files, long bytes);

    /// <summary>Says something a person should see now (already free of secrets).</summary>
    void Warn(string message);
}
