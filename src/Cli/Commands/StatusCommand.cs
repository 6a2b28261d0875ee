using System.CommandLine;
using System.Text.Json;
using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Cli.Progress;
using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Hosting.Options;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Cli.Commands;

/// <summary>
/// <c>abf status</c>: the newest run of the installation, from the journal alone; the repository need not be reachable.
/// </summary>
internal static class StatusCommand
{
    public static Command Create(CommandRunner runner)
    {
        var command = new DocumentedCommand(
            "status",
            "Show the newest run: where it is, or how it ended. Ends with that run's exit code; 0 while it runs, or "
                + "where there is none yet.",
            "abf status --json",
            ExitCodes.OfBackup
        );
        command.SetAction(parsed => runner.RunAsync(parsed, RunAsync));
        return command;
    }

    private static Task<int> RunAsync(CommandContext context)
    {
        LoadedOptions loaded = context.Load(OptionsScope.Repository);
        string directory = new Journals(loaded.Options).Backups;
        using FlowClient? client = FlowClient.TryOpen(directory, context.Time);
        FlowInstance? newest = client?.List() is [var first, ..] ? first : null;
        StatusDocument document = newest is null ? Nothing() : Describe(client!, newest, directory);
        context.Result.Write(document, CliJson.Relaxed.StatusDocument, writer => WriteText(context, document, writer));
        return Task.FromResult(newest is null ? ExitCodes.Done : CodeOf(newest, document.State));
    }

    /// <summary>
    /// What the command that drove the run ended with: monitoring asks for the last night, not for this look at it.
    /// </summary>
    private static int CodeOf(FlowInstance run, string state) =>
        state switch
        {
            "running" => ExitCodes.Done,
            "sealed" => BackupCommand.CodeOf(FlowHost.Read<HotBackupResult>(run.Result!)),
            "failed" => run.Failure is { } failure ? ExitCodes.Of(failure.Kind) : ExitCodes.Unexpected,
            _ => ExitCodes.Cancelled,
        };

    private static StatusDocument Describe(FlowClient client, FlowInstance run, string directory)
    {
        FlowStatus? status = run.CustomStatus is { } json
            ? JsonSerializer.Deserialize(json, RuntimeJson.Default.FlowStatus)
            : null;
        return new StatusDocument(
            State: StateOf(run, directory),
            Run: run.Id,
            Started: run.Created.UtcDateTime,
            Updated: run.Updated.UtcDateTime,
            Phase: status?.Phase,
            Detail: status?.Detail,
            FilesDone: status?.FilesDone ?? 0,
            FilesTotal: status?.FilesTotal ?? 0,
            BytesDone: status?.BytesDone ?? 0,
            BytesTotal: status?.BytesTotal ?? 0,
            BytesPerSecond: status?.BytesPerSecond ?? 0,
            EstimatedEnd: status?.EstimatedEnd?.UtcDateTime,
            Error: run.Failure?.Message,
            Activities:
            [
                .. client.CountActivities(run.Id).Select(a => new ActivityDocument(a.Activity, a.Calls, a.Starts)),
            ]
        );
    }

    private static StatusDocument Nothing() => new("none", null, null, null, null, null, 0, 0, 0, 0, 0, null, null, []);

    private static string StateOf(FlowInstance run, string directory) =>
        run.Status switch
        {
            RuntimeStatus.Running => EmbeddedEngine.IsRunning(directory) ? "running" : "interrupted",
            RuntimeStatus.Completed => "sealed",
            RuntimeStatus.Failed when run.Failure?.Kind is not ErrorKind.Cancelled => "failed",
            _ => "cancelled",
        };

    private static void WriteText(CommandContext context, StatusDocument status, TextWriter writer)
    {
        if (status.Run is null)
        {
            writer.WriteLine("no run yet");
            return;
        }

        string ended = status.State is "running" or "interrupted"
            ? string.Empty
            : $", ended {Units.Time(status.Updated!.Value)}";
        writer.WriteLine($"run {status.Run}: {status.State}, began {Units.Time(status.Started!.Value)}{ended}");
        if (status.State is "running" or "interrupted" && status.Phase is not null)
        {
            // From the counts: the expected end is by the run's clock, which need not be this one.
            TimeSpan? remaining =
                status.State is "running" && status.BytesPerSecond > 0 && status.BytesTotal > status.BytesDone
                    ? TimeSpan.FromSeconds((status.BytesTotal - status.BytesDone) / status.BytesPerSecond)
                    : null;
            var snapshot = new RunSnapshot(
                Phase: status.Phase,
                Detail: status.Detail,
                Files: status.FilesDone,
                FilesTotal: status.FilesTotal,
                Bytes: status.BytesDone,
                BytesTotal: status.BytesTotal,
                BytesPerSecond: status.BytesPerSecond,
                Remaining: remaining
            );
            writer.WriteLine(snapshot.ToLine());
        }

        if (status.Error is not null)
        {
            writer.WriteLine(status.Error.ReplaceLineEndings(" "));
        }

        if (status.State is "interrupted")
        {
            writer.WriteLine($"'{context.CommandLine("resume")}' goes on");
        }
    }
}
