using AlfrescoBackupFlows.Flows.Retention.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;

namespace AlfrescoBackupFlows.Flows.Retention.Activities;

/// <summary>Prunes until nothing is left to do or its time is up: what it has done counts either way.</summary>
internal sealed class PruneRepository(FlowEnvironment environment)
    : FlowActivity<RetentionInput, PrunedPart>,
        IPhasedActivity
{
    public static string Phase => Phases.Prune;

    private static readonly TimeSpan Budget = TimeSpan.FromMinutes(2);

    public override Task<PrunedPart> RunAsync(
        RetentionInput input,
        IProgressSink progress,
        CancellationToken cancellationToken
    )
    {
        long started = environment.Time.GetTimestamp();
        return new Pruning(environment).RunAsync(
            Pruning.OptionsOf(environment.Options.Retention),
            () => environment.Time.GetElapsedTime(started) >= Budget,
            cancellationToken
        );
    }
}
