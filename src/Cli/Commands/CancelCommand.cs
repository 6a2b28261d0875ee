using System.CommandLine;
using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Hosting.Options;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Cli.Commands;

/// <summary>
/// <c>abf cancel</c>: asks the process that runs the backup to end it; where none does, gives the interrupted run up.
/// </summary>
internal static class CancelCommand
{
    public static Command Create(CommandRunner runner)
    {
        var command = new Command("cancel", "Give up the unfinished run. Sealed sets stay.");
        command.SetAction(parsed => runner.RunAsync(parsed, RunAsync));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context)
    {
        LoadedOptions loaded = context.Load(OptionsScope.Repository);
        string? run = FindUnfinished(loaded);
        if (run is null)
        {
            return Report(context, new RunDocument(null, "nothing to cancel"), "nothing to cancel");
        }

        BackupHost host;
        try
        {
            host = await BackupHost.OpenAsync(context);
        }
        catch (PermanentException e) when (e.Kind is ErrorKind.Busy)
        {
            return await AskAsync(context, loaded, run);
        }

        await using (host)
        {
            return await host.CancelAsync(run)
                ? Report(context, new RunDocument(run, "cancelled"), $"run {run} is cancelled")
                : Report(context, new RunDocument(run, "sealed"), $"too late: run {run} was at its seal, and is a set");
        }
    }

    /// <summary>
    /// Another process holds the journal: it gets the event within a second, and ends with exit code 130.
    /// </summary>
    private static Task<int> AskAsync(CommandContext context, LoadedOptions loaded, string run)
    {
        using FlowClient? client = FlowClient.TryOpen(new Journals(loaded.Options).Backups, context.Time);
        bool asked = client?.TryRaiseEvent(run, FlowEvents.Cancel, "{}") ?? false;
        return Task.FromResult(
            asked
                ? Report(context, new RunDocument(run, "asked"), $"run {run} was asked to end")
                : Report(context, new RunDocument(null, "nothing to cancel"), $"run {run} has just ended")
        );
    }

    private static string? FindUnfinished(LoadedOptions loaded)
    {
        using FlowClient? client = FlowClient.TryOpen(new Journals(loaded.Options).Backups);
        return client?.List().FirstOrDefault(i => i.Status is RuntimeStatus.Running)?.Id;
    }

    private static int Report(CommandContext context, RunDocument document, string line)
    {
        context.Result.Outcome = line;
        context.Result.Write(document, CliJson.Relaxed.RunDocument, writer => writer.WriteLine(line));
        return ExitCodes.Done;
    }
}
