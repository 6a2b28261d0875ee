using System.CommandLine;
using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Flows.Options;

namespace AlfrescoBackupFlows.Cli.Commands;

/// <summary><c>abf resume</c>: an interrupted run goes on; where there is none, that is no fault.</summary>
internal static class ResumeCommand
{
    public static Command Create(CommandRunner runner)
    {
        var command = new Command("resume", "Go on with an interrupted run.");
        command.SetAction(parsed => runner.RunAsync(parsed, RunAsync));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context)
    {
        context.Load(OptionsScope.Installation);
        await using BackupHost host = await BackupHost.OpenAsync(context);
        if (host.FindUnfinished() is { } unfinished && await host.TryFinishAsync(unfinished.Run) is { } result)
        {
            return BackupCommand.Report(context, host, result);
        }

        context.Result.Write(
            new RunDocument(null, "nothing to resume"), CliJson.Relaxed.RunDocument, writer => writer.WriteLine("nothing to resume"));
        return ExitCodes.Done;
    }
}
