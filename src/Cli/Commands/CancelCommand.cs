using System.CommandLine;
using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Hosting.Options;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository;

namespace AlfrescoBackupFlows.Cli.Commands;

/// <summary>
/// <c>abf cancel</c>: asks the process that runs the backup to end it; where none does, gives the interrupted run up,
/// and deletes what it and runs that failed have stored: no set needs it, and no later run finds it.
/// </summary>
internal static class CancelCommand
{
    public static Command Create(CommandRunner runner)
    {
        var command = new DocumentedCommand(
            "cancel",
            "Give up the unfinished run, and delete what runs without a set have stored. Sets stay.",
            "abf cancel",
            ExitCodes.Done,
            ExitCodes.Usage,
            ExitCodes.Busy,
            ExitCodes.Storage,
            ExitCodes.Repository
        );
        command.SetAction(parsed => runner.RunAsync(parsed, RunAsync));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context)
    {
        LoadedOptions loaded = context.Load(OptionsScope.Repository);
        (string? run, bool isAnyDead) = Look(loaded);
        if (run is null && !isAnyDead)
        {
            return Report(context, new RunDocument(null, "nothing to cancel"), "nothing to cancel");
        }

        BackupHost host;
        try
        {
            host = await BackupHost.OpenAsync(context);
        }
        catch (PermanentException e) when (e.Kind is ErrorKind.Busy && run is not null)
        {
            return await AskAsync(context, loaded, run);
        }

        await using (host)
        {
            bool isCancelled = run is null || await host.CancelAsync(run);
            FreedStorage freed = await host.FreeDeadAsync();
            string line =
                run is null ? "no run is unfinished"
                : isCancelled ? $"run {run} is cancelled"
                : $"too late: run {run} was at its seal, and is a set";
            string outcome =
                run is null ? "nothing to cancel"
                : isCancelled ? "cancelled"
                : "sealed";
            return Report(
                context,
                new RunDocument(run, outcome, freed.Packs, freed.Bytes),
                freed.Packs == 0
                    ? line
                    : $"{line}; {Amounts.Count(freed.Packs, "pack")} of runs without a set, {Amounts.Bytes(freed.Bytes)}, "
                        + "are deleted from the storage"
            );
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
                ? Report(
                    context,
                    new RunDocument(run, "asked"),
                    $"run {run} was asked to end; once it has, '{context.CommandLine("cancel")}' deletes what it has stored"
                )
                : Report(context, new RunDocument(null, "nothing to cancel"), $"run {run} has just ended")
        );
    }

    private static (string? Unfinished, bool IsAnyDead) Look(LoadedOptions loaded)
    {
        using FlowClient? client = FlowClient.TryOpen(new Journals(loaded.Options).Backups);
        IReadOnlyList<FlowInstance> runs = client?.List() ?? [];
        return (runs.FirstOrDefault(i => i.Status is RuntimeStatus.Running)?.Id, runs.Any(BackupHost.IsDead));
    }

    private static int Report(CommandContext context, RunDocument document, string line)
    {
        context.Result.Outcome = line;
        context.Result.Write(document, CliJson.Relaxed.RunDocument, writer => writer.WriteLine(line));
        return ExitCodes.Done;
    }
}
