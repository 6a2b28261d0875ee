using AlfrescoBackupFlows.Flows.Drill.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Repository.SetChecks;
using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Flows.Drill.Activities;

/// <summary>Says how a drill ended, and stores its result beside the set.</summary>
internal sealed class RecordDrill(FlowEnvironment environment)
    : FlowActivity<DrillResult, RecordedDrill>,
        IPhasedActivity
{
    public static string Phase => Phases.Finish;

    public override async Task<RecordedDrill> RunAsync(
        DrillResult input,
        IProgressSink progress,
        CancellationToken cancellationToken
    )
    {
        var check = new SetCheck(
            input.Set,
            SetCheckKinds.Drill,
            Depth: null,
            input.Started,
            input.Started.AddSeconds(input.Seconds),
            input.Passed,
            input.Check.Errors,
            [.. input.Check.Findings.Select(static finding => finding.Line)],
            SetCheckRecording.Tool
        )
        {
            Recovery = new RecoveryFigures(
                input.Seconds,
                input.Phases,
                input.Files,
                input.Bytes,
                input.Check.Required,
                input.Check.Compared
            ),
        };
        ILogger logger = environment.Loggers.CreateLogger(nameof(RecordDrill));
        if (check.Passed)
        {
            Logs.DrillPassed(logger, input.Set.ToString(), input.Seconds);
        }
        else
        {
            Logs.DrillFailed(logger, input.Set.ToString(), check.Errors, string.Join("; ", check.Findings.Take(3)));
        }

        if (input.Selection is not null)
        {
            // A set of which a part was rehearsed still waits for its drill.
            return new RecordedDrill(Fault: null);
        }

        return new RecordedDrill(await SetCheckRecording.TryAddAsync(environment, _ => [check], cancellationToken));
    }
}
