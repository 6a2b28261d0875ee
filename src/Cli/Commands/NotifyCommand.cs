using System.CommandLine;
using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Hosting.Notifications;
using AlfrescoBackupFlows.Hosting.Options;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Cli.Commands;

/// <summary><c>abf notify test</c> tells a test by each channel, and says which of them took it; <c>summary</c> tells what
/// became of a week.</summary>
internal static class NotifyCommand
{
    public static Command Create(CommandRunner runner)
    {
        var test = new DocumentedCommand(
            "test",
            "Send a test by each channel that is configured, and say which took it.",
            "abf notify test",
            ExitCodes.Done,
            ExitCodes.Usage,
            ExitCodes.Findings
        );
        test.SetAction(parsed => runner.RunAsync(parsed, TestAsync));
        var summary = new DocumentedCommand(
            "summary",
            "Tell by webhook and mail what became of the last seven days, now.",
            "abf notify summary",
            ExitCodes.Done,
            ExitCodes.Usage,
            ExitCodes.Findings,
            ExitCodes.Storage,
            ExitCodes.Repository
        );
        summary.SetAction(parsed => runner.RunAsync(parsed, SummarizeAsync));
        return new DocumentedCommand(
            "notify",
            "Those who are told of backups, verifications and drills.",
            "abf notify test",
            ExitCodes.Done,
            ExitCodes.Usage,
            ExitCodes.Findings
        )
        {
            test,
            summary,
        };
    }

    private static async Task<int> SummarizeAsync(CommandContext context)
    {
        context.Load(OptionsScope.Repository);
        await using HostEnvironment environment = await HostEnvironment.OpenAsync(context, takesLeases: false);
        var look = new RepositoryLook(environment.Flows, context.Notifier);
        WeeklySummary summary = await look.SummarizeAsync(context.Stop);
        bool isTold = context.Notifier.HasChannels && await look.TellAsync(summary);
        var document = new NotifySummaryDocument(summary.Title, summary.Text().Split('\n'), isTold);
        context.Result.Write(
            document,
            CliJson.Relaxed.NotifySummaryDocument,
            writer =>
            {
                foreach (string line in document.Lines)
                {
                    writer.WriteLine(line);
                }
            }
        );
        if (!context.Notifier.HasChannels)
        {
            context.Messages.Note("nobody is told: notify.webhook and notify.mail are not set (docs/notifications.md)");
            return ExitCodes.Done;
        }

        return isTold ? ExitCodes.Done : ExitCodes.Findings;
    }

    private static async Task<int> TestAsync(CommandContext context)
    {
        context.Load(OptionsScope.Repository);
        if (!context.Notifier.IsSet)
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                "notify: no channel is set: write notify.ping.url, notify.webhook.urlFile or notify.mail.server "
                    + "(docs/notifications.md)"
            );
        }

        NotifyTestDocument[] told =
        [
            .. (await context.Notifier.TestAsync(context.Stop)).Select(channel => new NotifyTestDocument(
                channel.Channel,
                channel.Fault is null,
                channel.Fault
            )),
        ];
        foreach (NotifyTestDocument channel in told.Where(channel => !channel.Told))
        {
            context.Messages.Error(channel.Fault!);
        }

        context.Result.Write(
            told,
            CliJson.Relaxed.NotifyTestDocumentArray,
            writer =>
            {
                foreach (NotifyTestDocument channel in told)
                {
                    writer.WriteLine($"{channel.Channel}: {(channel.Told ? "took the test" : "FAILED")}");
                }
            }
        );
        return told.All(channel => channel.Told) ? ExitCodes.Done : ExitCodes.Findings;
    }
}
