using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Cli;

/// <summary>What the command line itself logs.</summary>
internal static partial class Logs
{
    [LoggerMessage(1, LogLevel.Information, "Old journals are not looked for: {Reason}")]
    public static partial void JournalsNotListed(ILogger logger, string reason);

    [LoggerMessage(2, LogLevel.Information, "The old journal {Journal} is not cleared away: {Reason}")]
    public static partial void JournalNotRemoved(ILogger logger, string journal, string reason);

    [LoggerMessage(3, LogLevel.Information, "stderr cannot be written ({Reason}): the command goes on without it")]
    public static partial void MessagesLost(ILogger logger, string reason);

    [LoggerMessage(4, LogLevel.Warning, "{Fault}")]
    public static partial void NotTold(ILogger logger, string fault);
}
