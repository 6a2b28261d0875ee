using System.Net;
using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Web;

/// <summary>Every log line of the page.</summary>
internal static partial class Logs
{
    [LoggerMessage(1, LogLevel.Information, "Page: signed in from {Client}")]
    public static partial void SignedIn(ILogger logger, IPAddress? client);

    [LoggerMessage(2, LogLevel.Warning, "Page: a sign-in from {Client} is refused: {Reason}")]
    public static partial void Refused(ILogger logger, IPAddress? client, string reason);

    [LoggerMessage(3, LogLevel.Information, "Page: {Action}, asked for from {Client}")]
    public static partial void Asked(ILogger logger, string action, IPAddress? client);

    [LoggerMessage(4, LogLevel.Error, "Page: a request failed unexpectedly")]
    public static partial void Failed(ILogger logger, Exception exception);
}
