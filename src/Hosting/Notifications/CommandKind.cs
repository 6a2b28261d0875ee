using AlfrescoBackupFlows.Flows.Runtime;

namespace AlfrescoBackupFlows.Hosting.Notifications;

/// <summary>A command that tells how it ended, as flows do; a flow that does the same has its problems.</summary>
/// <param name="Title">Of the problem, in the words of a flow that does the same.</param>
/// <param name="Name">What tells its problems from those of others: a command, or what stands for the place that it works
/// on.</param>
public sealed record CommandKind(string Event, string Title, string Name)
{
    public static readonly CommandKind Forget = new(NotificationEvents.Retention, "the forget failed", "forget");
    public static readonly CommandKind Prune = new(NotificationEvents.Retention, "the prune failed", "prune");
    public static readonly CommandKind Reseal = new(NotificationEvents.Keys, "the reseal failed", "reseal");

    /// <param name="url">Of the target: each one is a problem of its own.</param>
    public static CommandKind Mirror(string url) => MirrorOf(MirrorMemory.KeyOf(url));

    /// <param name="target">What stands for its URL.</param>
    internal static CommandKind MirrorOf(string target) => new(NotificationEvents.Mirror, "the mirror failed", target);

    internal Observation Observe(string? problem, string? run, string? title = null) =>
        new($"{Event} {Name}", Event, title ?? Title, problem, run);
}
