using System.CommandLine;
using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Flows.Scheduling;
using AlfrescoBackupFlows.Hosting.Options;

namespace AlfrescoBackupFlows.Cli.Commands;

/// <summary><c>abf schedule</c>: what happens by itself, and when it does next.</summary>
internal static class ScheduleCommand
{
    public static Command Create(CommandRunner runner)
    {
        var command = new DocumentedCommand(
            "schedule",
            "List what 'abf serve' and the backups do by themselves, and when next.",
            "abf schedule",
            ExitCodes.Done,
            ExitCodes.Usage
        );
        command.SetAction(parsed => runner.RunAsync(parsed, RunAsync));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context)
    {
        context.Load(OptionsScope.Repository);
        await using HostEnvironment environment = await HostEnvironment.OpenAsync(context, takesLeases: false);
        ScheduleDocument[] list =
        [
            .. (await new ScheduleList(environment.Flows).ReadAsync(context.Stop)).Select(ScheduleDocument.Of),
        ];
        if (list.Length == 0)
        {
            context.Messages.Note(
                "nothing happens by itself: 'schedule' and others in docs/configuration.md change that; a timer of the "
                    + "system that calls abf is not seen here"
            );
        }

        context.Result.Write(
            list,
            CliJson.Relaxed.ScheduleDocumentArray,
            writer => WriteText(list, context.Time.GetUtcNow().UtcDateTime, writer)
        );
        return ExitCodes.Done;
    }

    internal static void WriteText(ScheduleDocument[] list, DateTime now, TextWriter writer)
    {
        if (list.Length == 0)
        {
            return;
        }

        var table = new TextTable("WHAT", "WHEN", "LAST", "NEXT", "");
        foreach (ScheduleDocument work in list)
        {
            table.Add(
                work.Name,
                work.When,
                work.Last is { } last ? Units.Time(last) : "-",
                work.Next is not { } next ? "-"
                    : next <= now ? "due now"
                    : Units.Time(next),
                work.Note ?? string.Empty
            );
        }

        table.WriteTo(writer);
    }
}
