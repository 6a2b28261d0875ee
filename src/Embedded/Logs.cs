using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Embedded;

internal static partial class Logs
{
    [LoggerMessage(1, LogLevel.Information, "{Count} activities were interrupted and run again")]
    public static partial void TookOver(ILogger logger, int count);

    [LoggerMessage(2, LogLevel.Debug, "{Instance}: turn of {Events} events, {Actions} actions")]
    public static partial void Turn(ILogger logger, string instance, int events, int actions);

    [LoggerMessage(3, LogLevel.Warning, "{Instance}: activity {Activity} failed: {Reason}")]
    public static partial void ActivityFailed(
        ILogger logger,
        string instance,
        string activity,
        string reason,
        Exception exception
    );

    [LoggerMessage(
        4,
        LogLevel.Warning,
        "{Instance}: {What} is large for a history; a Durable Task host would spill it"
    )]
    public static partial void LargePayload(ILogger logger, string instance, string what);

    [LoggerMessage(5, LogLevel.Information, "{Instance}: {Status}")]
    public static partial void Ended(ILogger logger, string instance, RuntimeStatus status);

    [LoggerMessage(6, LogLevel.Information, "{Instance}: stopped, can be resumed")]
    public static partial void Stopped(ILogger logger, string instance);

    [LoggerMessage(7, LogLevel.Debug, "{Instance}: activity {Activity} was interrupted")]
    public static partial void Interrupted(ILogger logger, string instance, string activity);

    [LoggerMessage(8, LogLevel.Error, "{Instance}: flow failed: {Reason}")]
    public static partial void FlowFailed(ILogger logger, string instance, string reason);
}
