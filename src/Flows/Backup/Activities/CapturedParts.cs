using System.Collections.Immutable;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Runtime;

namespace AlfrescoBackupFlows.Flows.Backup.Activities;

/// <summary>
/// What a set is made of, from the result pages of the attempt that is committed: history has their names, in numbers, and
/// what the flow branches on.
/// </summary>
internal sealed record CapturedParts(
    SearchIndexCapture? Index,
    DatabaseCapture Database,
    ImmutableArray<RootListing> Roots,
    ConsistencyResult Consistency,
    MergedChunkIndex Indexes
)
{
    public static async Task<CapturedParts> ReadAsync(
        CommitSetInput input,
        RunContext run,
        CancellationToken cancellationToken
    ) =>
        new(
            input.HasIndex
                ? await run.ReadPageAsync(
                    Pages.Index(input.Attempt),
                    BackupJson.Default.SearchIndexCapture,
                    cancellationToken
                )
                : null,
            await run.ReadPageAsync(
                Pages.Database(input.Attempt),
                BackupJson.Default.DatabaseCapture,
                cancellationToken
            ),
            await ReadRootsAsync(run, input.Attempt, input.Roots, cancellationToken),
            await run.ReadPageAsync(
                Pages.Consistency(input.Attempt),
                BackupJson.Default.ConsistencyResult,
                cancellationToken
            ),
            await run.ReadPageAsync(Pages.MergedChunkIndex, BackupJson.Default.MergedChunkIndex, cancellationToken)
        );

    /// <summary>The listings of all content roots, in the order of capture.</summary>
    public static async Task<ImmutableArray<RootListing>> ReadRootsAsync(
        RunContext run,
        int attempt,
        int roots,
        CancellationToken cancellationToken
    )
    {
        var listings = ImmutableArray.CreateBuilder<RootListing>(roots);
        for (int number = 0; number < roots; number++)
        {
            listings.Add(
                await run.ReadPageAsync(
                    Pages.Listing(attempt, number),
                    BackupJson.Default.RootListing,
                    cancellationToken
                )
            );
        }

        return listings.MoveToImmutable();
    }
}
