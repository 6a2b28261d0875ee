using System.CommandLine;
using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Hosting.Options;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Cli.Commands;

/// <summary>
/// <c>abf resume</c>: an interrupted run goes on; where there is none, that is no fault; where it had to be abandoned,
/// it is.
/// </summary>
internal static class ResumeCommand
{
    public static Command Create(CommandRunner runner)
    {
        var command = new DocumentedCommand(
            "resume",
            "Go on with an interrupted run.",
            "abf resume",
            ExitCodes.OfBackup
        );
        command.SetAction(parsed =>
            runner.RunAsync(parsed, context => BackupCommand.TellingAsync(context, () => RunAsync(context)))
        );
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

        if (host.HasAbandoned)
        {
            throw new PermanentException(
                ErrorKind.Cancelled,
                $"no run is left to go on with; '{context.CommandLine("backup")}' takes a new one, from the last set"
            );
        }

        var nothing = new RunDocument(null, "nothing to resume");
        context.Result.Write(nothing, CliJson.Relaxed.RunDocument, writer => writer.WriteLine(nothing.Outcome));
        return ExitCodes.Done;
    }
}
