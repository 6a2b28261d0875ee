using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Runs;

namespace AlfrescoBackupFlows.Flows.Backup.Activities;

/// <summary>
/// Writes the index blobs of the run: where every chunk is that its result pages name. Chunks, then index, then the
/// set. Which pages must be there is known from the journal, never from a listing of the store.
/// </summary>
internal sealed class MergeChunkIndex(FlowEnvironment environment)
    : PageActivity<MergeChunkIndexInput, MergedChunkIndex>(environment, BackupJson.Default.MergedChunkIndex),
        IPhasedActivity
{
    public static string Phase => Phases.Commit;

    protected override string PageOf(MergeChunkIndexInput input) => Pages.MergedChunkIndex;

    protected override MergedChunkIndex ForHistory(MergedChunkIndex page) => page.ForHistory();

    protected override async Task<MergedChunkIndex> ProduceAsync(
        RunContext run,
        RunWriter writer,
        MergeChunkIndexInput input,
        IProgressSink progress,
        CancellationToken cancellationToken
    )
    {
        AddedChunkIndexes merge = await run.Repository.MergeRunIndexAsync(
            run.Run.Id,
            Pages.StoredBehind(input),
            run.RunIndex,
            cancellationToken
        );
        return new MergedChunkIndex([.. merge.Indexes], merge.Chunks, merge.AddedBytes);
    }
}
