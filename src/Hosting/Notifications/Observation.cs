namespace AlfrescoBackupFlows.Hosting.Notifications;

/// <summary>What a look came to: a problem, or none any more.</summary>
/// <param name="Key">Problems of the same key are one problem.</param>
/// <param name="Event">One of <see cref="NotificationEvents"/>.</param>
/// <param name="Title">Of the problem.</param>
/// <param name="Problem">Null: there is none.</param>
/// <param name="Run">The run, verification or drill that saw it; null where none did.</param>
public sealed record Observation(string Key, string Event, string Title, string? Problem, string? Run)
{
    /// <summary>One whose event has one problem at a time.</summary>
    public Observation(string about, string title, string? problem, string? run)
        : this(about, about, title, problem, run) { }
}

/// <summary>Something that is told once, whatever was told before.</summary>
/// <param name="State">As <see cref="Notification.State"/>.</param>
public sealed record News(string Event, string State, string Title, string Message, string? Run)
{
    /// <summary>The message has several lines, each by itself free of line ends that somebody else put there.</summary>
    public bool HasLines { get; init; }
}

/// <summary>How a dead-man monitor hears of it.</summary>
/// <param name="Signal">One of those of <see cref="PingChannel"/>.</param>
internal sealed record Ping(string Signal, string Message);

/// <summary>All that one moment has to tell: it goes out at once, by each channel side by side.</summary>
internal sealed record Occasion(Ping? Ping, IReadOnlyList<Observation> Seen, News? News = null)
{
    public Occasion(params IReadOnlyList<Observation> seen)
        : this(null, seen) { }
}
