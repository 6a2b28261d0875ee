using AlfrescoBackupFlows.Flows.Tasks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace AlfrescoBackupFlows.Embedded;

public sealed record EngineOptions
{
    /// <summary>Activities that run at once.</summary>
    public int MaxParallelActivities { get; init; } = 4;

    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    /// <summary>Handed to activities.</summary>
    public IProgressSink Progress { get; init; } = new SilentProgress();

    /// <summary>How soon events and terminations written by other processes are noticed.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>Called before and after every commit of the runner; a test throws here to be a crash.</summary>
    internal Action? CrashPoint { get; init; }
}
