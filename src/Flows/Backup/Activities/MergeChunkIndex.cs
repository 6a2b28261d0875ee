using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Repository.Runs;

namespace AlfrescoBackupFlows.Flows.Backup.Activities;

/// <summary>
/// Writes the index blobs of the run: where every chunk is that its result pages name. Chunks, then index, then the set. Which pages must be there is known from the
/// journal, never from a listing of the store.
/// </summary>
internal sealed class MergeChunkIndex(FlowEnvironment environment) : FlowActivity<MergeChunkIndexInput, MergedChunkIndex>
{
    public override async Task<MergedChunkIndex> RunAsync(MergeChunkIndexInput input, IProgressSink progress, CancellationToken cancellationToken) =>
        (await environment.Runs.ProduceAsync(
            input.Run.Run,
            Pages.MergedChunkIndex,
            FlowJson.Default.MergedChunkIndex,
            async (scope, _, token) =>
            {
                AddedChunkIndexes merge = await scope.Repository.MergeRunIndexAsync(scope.Run, Pages.Behind(input), token);
                return new MergedChunkIndex([.. merge.Indexes], merge.Chunks, merge.AddedBytes);
            },
            cancellationToken)).ForHistory();
}
