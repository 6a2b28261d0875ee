using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Api;

/// <summary>Every log line of the API.</summary>
internal static partial class Logs
{
    [LoggerMessage(1, LogLevel.Warning, "{Method} /api/{Route} could not be answered: {Reason}")]
    public static partial void Failed(ILogger logger, string method, string route, string reason);

    [LoggerMessage(2, LogLevel.Error, "{Method} /api/{Route} failed unexpectedly")]
    public static partial void FailedUnexpectedly(ILogger logger, string method, string route, Exception exception);
}
