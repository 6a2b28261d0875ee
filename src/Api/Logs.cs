using System.Net;
using AlfrescoBackupFlows.Repository.Format;
using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Api;

/// <summary>Every log line of the API.</summary>
internal static partial class Logs
{
    [LoggerMessage(1, LogLevel.Warning, "{Method} /api/{Route} could not be answered: {Reason}")]
    public static partial void Failed(ILogger logger, string method, string route, string reason);

    [LoggerMessage(2, LogLevel.Error, "{Method} /api/{Route} failed unexpectedly")]
    public static partial void FailedUnexpectedly(ILogger logger, string method, string route, Exception exception);

    /// <summary>Who looked for what: names of documents are known to whoever holds the key.</summary>
    [LoggerMessage(3, LogLevel.Information, "Search for '{Pattern}' from {Client}: {Documents} found{Stopped}")]
    public static partial void Searched(
        ILogger logger,
        string pattern,
        IPAddress? client,
        int documents,
        string stopped
    );

    /// <summary>Before the first byte goes out: no end of the process takes it back.</summary>
    [LoggerMessage(
        4,
        LogLevel.Information,
        "Document given out to {Client}: {Bytes} bytes of {NodeRef}, {Url}, from set {Set}"
    )]
    public static partial void GivenOut(
        ILogger logger,
        IPAddress? client,
        long bytes,
        string nodeRef,
        string url,
        string set
    );

    [LoggerMessage(
        5,
        LogLevel.Warning,
        "Document cut off for {Client} after {Sent} of {Bytes} bytes of {NodeRef}, {Url}, from set {Set}: {Reason}"
    )]
    public static partial void CutOff(
        ILogger logger,
        IPAddress? client,
        long sent,
        long bytes,
        string nodeRef,
        string url,
        string set,
        string reason
    );

    [LoggerMessage(6, LogLevel.Warning, "{Warning}")]
    public static partial void Warned(ILogger logger, string warning);

    [LoggerMessage(7, LogLevel.Information, "Versions of '{Item}' in set {Set} from {Client}: {Versions} found")]
    public static partial void Listed(ILogger logger, string item, RunId set, IPAddress? client, int versions);
}
