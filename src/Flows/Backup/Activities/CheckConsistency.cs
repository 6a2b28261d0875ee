using System.Collections.Immutable;
using System.Text.Json;
using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Capture;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;
using AlfrescoBackupFlows.Repository.RequiredFiles;
using AlfrescoBackupFlows.Repository.Runs;

namespace AlfrescoBackupFlows.Flows.Backup.Activities;

/// <summary>
/// The proof: each root's list of required files is merged with its final listing, both as they will be sealed. What is absent, of the
/// wrong size or changed while it was read is missing; the first thousand findings are named.
/// </summary>
internal sealed class CheckConsistency(FlowEnvironment environment) : FlowActivity<CheckConsistencyInput, ConsistencyResult>
{
    public override Task<ConsistencyResult> RunAsync(CheckConsistencyInput input, IProgressSink progress, CancellationToken cancellationToken) =>
        environment.Runs.ProduceAsync(
            input.Run.Run,
            Pages.Consistency(input.Attempt),
            FlowJson.Default.ConsistencyResult,
            (scope, writer, token) => CheckAsync(input, scope, writer, token),
            cancellationToken);

    private async Task<ConsistencyResult> CheckAsync(CheckConsistencyInput input, RunScope scope, RunWriter writer, CancellationToken cancellationToken)
    {
        await scope.RunChunkIndex.RefreshAsync(cancellationToken);
        Installation installation = environment.Runs.DiscoverInstallation();
        AcknowledgedFiles acknowledged = await AcknowledgedFiles.ReadAsync(scope.Options.Backup.AcknowledgedMissingFile, installation.Urls, cancellationToken);
        DatabaseCapture database = await scope.ReadPageAsync(Pages.Database(input.Attempt), FlowJson.Default.DatabaseCapture, cancellationToken);
        ImmutableArray<RootListing> listings = await CapturedParts.ReadRootsAsync(scope, input.Attempt, input.Roots, cancellationToken);
        var proof = new ConsistencyProof(acknowledged, installation.CheckSizes);
        foreach (RequiredFiles required in database.Required.Where(required => listings.All(listing => listing.Root != required.Root)))
        {
            await proof.AddAbsentRootAsync(required.Root, new RequiredListReader(scope.Chunks, required.List).ReadAsync(cancellationToken));
        }

        foreach (RootListing root in listings)
        {
            ContentRef? list = database.RequiredOf(root.Root);
            IAsyncEnumerable<RequiredFile> required = list is null
                ? AsyncEnumerable.Empty<RequiredFile>()
                : new RequiredListReader(scope.Chunks, list).ReadAsync(cancellationToken);
            await proof.AddRootAsync(root.Root, required, new ListingReader(scope.Chunks, root.Listing).ReadAsync(cancellationToken));
        }

        proof.AddUnmapped(database.Unmapped, database.UnmappedAcknowledged, database.UnmappedSamples);
        return new ConsistencyResult(proof.Required, proof.Missing, proof.Acknowledged, await WriteAsync(proof, writer, cancellationToken))
        {
            SizesIgnored = !installation.CheckSizes,
        };
    }

    private static async Task<ContentRef?> WriteAsync(ConsistencyProof proof, RunWriter writer, CancellationToken cancellationToken)
    {
        if (proof.Named.IsEmpty)
        {
            return null;
        }

        await using ContentStream stream = writer.CreateStream(ChunkClass.Metadata);
        await stream.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(proof.Named, FlowJson.Default.ImmutableArrayNamedFile), cancellationToken);
        return await stream.CompleteAsync(cancellationToken);
    }
}
