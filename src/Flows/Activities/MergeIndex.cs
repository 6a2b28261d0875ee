using AlfrescoBackupFlows.Flows.Engine;
using AlfrescoBackupFlows.Repository;

namespace AlfrescoBackupFlows.Flows.Activities;

/// <summary>Writes the index blobs of the run: where every chunk is that its result pages name. Chunks, then index, then the set.</summary>
internal sealed class MergeIndex(FlowEnvironment environment) : IActivity<RunRef, MergedIndex>
{
    public Task<MergedIndex> RunAsync(RunRef input, ActivityContext context, CancellationToken cancellationToken) =>
        environment.Runs.ProduceAsync(
            input.Run,
            Pages.MergedIndex,
            FlowJson.Default.MergedIndex,
            async (scope, _, token) =>
            {
                IndexMerge merge = await scope.Repository.MergeRunIndexAsync(scope.Run, token);
                return new MergedIndex([.. merge.Indexes], merge.Chunks, merge.AddedBytes);
            },
            cancellationToken);
}
