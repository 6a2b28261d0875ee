using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Flows;

/// <summary>Every log line of the flows and their activities.</summary>
internal static partial class Logs
{
    [LoggerMessage(1, LogLevel.Warning, "Run {Run} could not be closed: {Reason}")]
    public static partial void CloseFailed(ILogger logger, string run, string reason);

    [LoggerMessage(2, LogLevel.Warning, "The lease of run {Run} could not be renewed: {Reason}")]
    public static partial void LeaseNotRenewed(ILogger logger, string run, string reason);

    [LoggerMessage(3, LogLevel.Information, "Run {Run} takes the place of {Evicted}, which can no longer seal")]
    public static partial void RunEvicted(ILogger logger, string run, string evicted);

    [LoggerMessage(4, LogLevel.Warning, "The repository's log: {Alarm}")]
    public static partial void LogAlarm(ILogger logger, string alarm);

    [LoggerMessage(5, LogLevel.Warning, "The head of the repository's log could not be remembered: {Reason}")]
    public static partial void HeadNotRemembered(ILogger logger, string reason);
}
