using System.Text.Json;
using AlfrescoBackupFlows.Cli.Commands;
using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Hosting.Monitoring;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Cli.Monitoring;

/// <summary>How the last backup of this machine ended, as its journal tells.</summary>
internal static class LastBackup
{
    /// <summary>Null: none has ended, or the journal cannot be read, which other commands tell of.</summary>
    public static LastRun? TryRead(CommandContext context)
    {
        try
        {
            using FlowClient? client = FlowClient.TryOpen(new Journals(context.Options).Backups, context.Time);
            return client?.List().FirstOrDefault(i => i.Status is not RuntimeStatus.Running) is { } last
                ? new LastRun(OutcomeOf(last), last.Created, last.Updated)
                : null;
        }
        catch (Exception e) when (e is AbfException or JsonException)
        {
            return null;
        }
    }

    private static string OutcomeOf(FlowInstance run) =>
        run.Status switch
        {
            RuntimeStatus.Completed => BackupCommand.CodeOf(FlowHost.Read<HotBackupResult>(run.Result!))
            == ExitCodes.Done
                ? RunOutcomes.Sealed
                : RunOutcomes.Findings,
            RuntimeStatus.Failed when run.Failure is { Kind: not ErrorKind.Cancelled } => RunOutcomes.Failed,
            _ => RunOutcomes.Cancelled,
        };
}
