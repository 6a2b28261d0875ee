using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Functions;

/// <summary>Every log line of the cloud host.</summary>
internal static partial class Logs
{
    [LoggerMessage(1, LogLevel.Information, "Run {Run} was started by the schedule")]
    public static partial void Started(ILogger logger, string run);

    [LoggerMessage(2, LogLevel.Warning, "The schedule starts no backup now: {Reason}")]
    public static partial void Skipped(ILogger logger, string reason);

    [LoggerMessage(3, LogLevel.Warning, "{Instance}: activity {Activity} failed: {Reason}")]
    public static partial void ActivityFailed(
        ILogger logger,
        string instance,
        string activity,
        string reason,
        Exception exception
    );

    [LoggerMessage(5, LogLevel.Warning, "{Instance}: {Message}")]
    public static partial void Warned(ILogger logger, string instance, string message);

    [LoggerMessage(7, LogLevel.Warning, "The histories of old runs could not be removed: {Reason}")]
    public static partial void NotPurged(ILogger logger, string reason);

    [LoggerMessage(8, LogLevel.Information, "{Instance} was started by {Setting}")]
    public static partial void StartedByTime(ILogger logger, string instance, string setting);

    [LoggerMessage(9, LogLevel.Error, "{Setting} starts nothing now: {Reason}")]
    public static partial void NotStartedByTime(ILogger logger, string setting, string reason);

    [LoggerMessage(10, LogLevel.Error, "The repository could not be looked at: {Reason}")]
    public static partial void NotLooked(ILogger logger, string reason);

    [LoggerMessage(11, LogLevel.Warning, "What began and ended is not told now: {Reason}")]
    public static partial void NotWatched(ILogger logger, string reason);

    [LoggerMessage(12, LogLevel.Warning, "A notification failed: {Fault}")]
    public static partial void NotTold(ILogger logger, string fault);

    [LoggerMessage(20, LogLevel.Warning, "{Fault}")]
    public static partial void NotMeasured(ILogger logger, string fault);
}
