using System.Collections.Immutable;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Runtime;

namespace AlfrescoBackupFlows.Flows.Backup.Activities;

/// <summary>What a set is made of, from the result pages of the attempt that is sealed: history has their names, in numbers, and what the flow branches on.</summary>
internal sealed record CapturedParts(
    SearchIndexCapture? Index, DatabaseCapture Database, ImmutableArray<RootListing> Roots, ConsistencyResult Consistency, MergedChunkIndex Indexes)
{
    public static async Task<CapturedParts> ReadAsync(SealSetInput input, RunScope scope, CancellationToken cancellationToken) => new(
        input.HasIndex ? await scope.ReadPageAsync(Pages.Index(input.Attempt), FlowJson.Default.SearchIndexCapture, cancellationToken) : null,
        await scope.ReadPageAsync(Pages.Database(input.Attempt), FlowJson.Default.DatabaseCapture, cancellationToken),
        await ReadRootsAsync(scope, input.Attempt, input.Roots, cancellationToken),
        await scope.ReadPageAsync(Pages.Consistency(input.Attempt), FlowJson.Default.ConsistencyResult, cancellationToken),
        await scope.ReadPageAsync(Pages.MergedChunkIndex, FlowJson.Default.MergedChunkIndex, cancellationToken));

    /// <summary>The listings of all content roots, in the order of capture.</summary>
    public static async Task<ImmutableArray<RootListing>> ReadRootsAsync(RunScope scope, int attempt, int roots, CancellationToken cancellationToken)
    {
        var listings = ImmutableArray.CreateBuilder<RootListing>(roots);
        for (int number = 0; number < roots; number++)
        {
            listings.Add(await scope.ReadPageAsync(Pages.Listing(attempt, number), FlowJson.Default.RootListing, cancellationToken));
        }

        return listings.MoveToImmutable();
    }
}
