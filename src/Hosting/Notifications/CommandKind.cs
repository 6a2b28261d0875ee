using AlfrescoBackupFlows.Flows.Runtime;

namespace AlfrescoBackupFlows.Hosting.Notifications;

/// <summary>A command that tells how it ended, as flows do; a flow that does the same has its problems.</summary>
/// <param name="Command">As it is typed after <c>abf</c>.</param>
/// <param name="Name">What tells its problems from those of others: a command, or what stands for the place that it works
/// on.</param>
public sealed record CommandKind(string Event, string Command, string Name)
{
    public static readonly CommandKind Forget = new(NotificationEvents.Retention, "forget", "forget");
    public static readonly CommandKind Prune = new(NotificationEvents.Retention, "prune", "prune");
    public static readonly CommandKind Reseal = new(NotificationEvents.Keys, "key reseal", "reseal");

    /// <param name="url">Of the target: each one is a problem of its own.</param>
    public static CommandKind Mirror(string url) => MirrorOf(MirrorMemory.KeyOf(url));

    /// <param name="target">What stands for its URL.</param>
    internal static CommandKind MirrorOf(string target) => new(NotificationEvents.Mirror, "mirror", target);

    internal Observation Observe(string title, string? problem, string? run) =>
        new($"{Event} {Name}", Event, title, problem, run);
}
