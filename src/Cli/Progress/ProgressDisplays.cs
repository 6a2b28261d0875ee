using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Output;

namespace AlfrescoBackupFlows.Cli.Progress;

/// <summary>Which display fits where the messages go.</summary>
internal static class ProgressDisplays
{
    /// <summary>Nothing when quiet, a live bar on a terminal, time-stamped lines under cron and journald.</summary>
    public static IProgressDisplay Choose(CommandContext context) =>
        context.Messages.IsQuiet ? new NoProgress()
        : MessageWriter.IsTerminal && context.Messages.Format is TextFormat
            ? new TerminalProgress(context.Messages, context.Time)
        : new LineProgress(context.Messages, context.Time);
}
