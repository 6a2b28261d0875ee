using AlfrescoBackupFlows.Flows.Drill.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Flows.Drill.Activities;

/// <summary>Removes what the drill made. What it cannot remove it says, and the next drill tries again.</summary>
internal sealed class CleanUpDrill(FlowEnvironment environment)
    : FlowActivity<CleanUpDrillInput, CleanedDrill>,
        IPhasedActivity
{
    public static string Phase => Phases.Finish;

    public override async Task<CleanedDrill> RunAsync(
        CleanUpDrillInput input,
        IProgressSink progress,
        CancellationToken cancellationToken
    )
    {
        // On another host than the one that prepared it there is no trace; what the flow knows is enough.
        var traces = new DrillTraces(environment.Options);
        DrillTrace? trace = traces.TryRead(input.Work.Id);
        if (trace is null && !input.HasMade)
        {
            return new CleanedDrill([]);
        }

        try
        {
            await new DrillRemains(environment, progress.Warn).RemoveAsync(
                trace ?? new DrillTrace(input.Work, traces.Owner, DatabaseDone: false),
                input.DatabaseRestored,
                cancellationToken
            );
            return new CleanedDrill([]);
        }
        catch (PermanentException e)
        {
            return new CleanedDrill([
                $"what the drill made is still there, and the next drill removes it: {e.Message}",
            ]);
        }
    }
}
