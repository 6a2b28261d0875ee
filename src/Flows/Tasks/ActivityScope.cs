namespace AlfrescoBackupFlows.Flows.Tasks;

/// <summary>What a host gives to an activity beside its input.</summary>
/// <param name="Progress">Live progress for people; never part of history.</param>
/// <param name="CancellationToken">Cancelled where nobody waits for the result any more, or the host stops.</param>
/// <param name="Failed">Called with what the activity throws, before a host wraps it; not for an interruption.</param>
public sealed record ActivityScope(
    IProgressSink Progress,
    CancellationToken CancellationToken,
    Action<Exception>? Failed = null
)
{
    private static readonly ActivityScope None = new(new SilentProgress(), CancellationToken.None);
    private static readonly AsyncLocal<ActivityScope?> Local = new();

    /// <summary>
    /// That of the activity which runs here; outside of any, nothing listens and nothing is cancelled.
    /// </summary>
    public static ActivityScope Current => Local.Value ?? None;

    /// <summary>
    /// Enters this scope. Holds for the calling asynchronous method and what it calls, and ends with it.
    /// </summary>
    public void Enter() => Local.Value = this;
}
