using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Repository.Runs;

namespace AlfrescoBackupFlows.Flows.Backup.Activities;

/// <summary>
/// Writes the index blobs of the run: where every chunk is that its result pages name. Chunks, then index, then the set. Which pages must be there is known from the
/// journal, never from a listing of the store.
/// </summary>
internal sealed class MergeIndex(FlowEnvironment environment) : FlowActivity<MergeIndexInput, MergedIndex>
{
    public override async Task<MergedIndex> RunAsync(MergeIndexInput input, IProgressSink progress, CancellationToken cancellationToken) =>
        (await environment.Runs.ProduceAsync(
            input.Run.Run,
            Pages.MergedIndex,
            FlowJson.Default.MergedIndex,
            async (scope, _, token) =>
            {
                AddedIndexes merge = await scope.Repository.MergeRunIndexAsync(scope.Run, Pages.Behind(input), token);
                return new MergedIndex([.. merge.Indexes], merge.Chunks, merge.AddedBytes);
            },
            cancellationToken)).ForHistory();
}
