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

    [LoggerMessage(8, LogLevel.Information, "Drill {Drill} was started by drill.every")]
    public static partial void DrillStarted(ILogger logger, string drill);

    [LoggerMessage(9, LogLevel.Error, "drill.every starts no drill now: {Reason}")]
    public static partial void DrillNotStarted(ILogger logger, string reason);

    [LoggerMessage(20, LogLevel.Warning, "{Fault}")]
    public static partial void NotMeasured(ILogger logger, string fault);
}
