using AlfrescoBackupFlows.Flows.Retention.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Repository.Garbage;

namespace AlfrescoBackupFlows.Flows.Retention.Activities;

/// <summary>A part of a prune that was asked for: until nothing is left to do or its time is up.</summary>
internal sealed class PrunePart(FlowEnvironment environment) : FlowActivity<PruneInput, PrunedPart>, IPhasedActivity
{
    public static string Phase => Phases.Prune;

    private static readonly TimeSpan Budget = TimeSpan.FromMinutes(2);

    public override async Task<PrunedPart> RunAsync(
        PruneInput input,
        IProgressSink progress,
        CancellationToken cancellationToken
    )
    {
        PruneOptions usual = Pruning.OptionsOf(environment.Options.Retention);
        PruneOptions options = usual with
        {
            MaxUnused = input.MaxUnused ?? usual.MaxUnused,
            MaxRepack = input.MaxRepack,
        };
        var pruning = new Pruning(environment);
        if (input.IsDryRun)
        {
            return new PrunedPart(await pruning.PreviewAsync(options, cancellationToken), IsDone: true);
        }

        long started = environment.Time.GetTimestamp();
        return await pruning.RunAsync(
            options,
            () => environment.Time.GetElapsedTime(started) >= Budget,
            cancellationToken
        );
    }
}
