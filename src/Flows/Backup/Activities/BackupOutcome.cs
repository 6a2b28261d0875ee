using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform.Errors;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Flows.Backup.Activities;

/// <summary>
/// Says how a run ended, in one log line of a category of its own: what monitoring listens to where nobody reads an
/// exit code. A set is said by the activity that commits it, whose lines are few enough for a cloud host to show them
/// all; whatever else ends a run is a warning or an error, and said by the flow.
/// </summary>
public static class BackupOutcome
{
    /// <summary>The lines' category. A host that reports the outcome by itself need not show them again.</summary>
    public const string Category = "AlfrescoBackupFlows.Outcome";

    /// <summary>Once for each attempt of the activity: an attempt whose answer was lost has said it too.</summary>
    internal static void Committed(ILoggerFactory loggers, HotBackupResult result)
    {
        ILogger logger = loggers.CreateLogger(Category);
        if (result.HasFindings)
        {
            Logs.SetCommittedWithFindings(
                logger,
                result.Set.ToString(),
                result.Missing,
                result.SourceMissing,
                result.SourceChanged,
                result.FurtherFindings() is { } further ? $"; {further}" : string.Empty
            );
        }
        else
        {
            Logs.SetCommitted(logger, result.Set.ToString(), result.Files, result.Bytes, result.AddedBytes);
        }
    }

    internal static void Failed(TaskOrchestrationContext context, RunRef run, FlowFailure failure)
    {
        ILogger logger = context.CreateReplaySafeLogger(Category);
        if (failure.Kind is ErrorKind.Cancelled)
        {
            Logs.RunCancelled(logger, run.Id.ToString());
        }
        else
        {
            Logs.RunFailed(logger, run.Id.ToString(), failure.Kind, failure.Message);
        }
    }
}
