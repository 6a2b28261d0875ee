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

namespace AlfrescoBackupFlows.Flows.Backup.Activities;

/// <summary>
/// The proof: each root's list of required files is merged with its final listing, both as they will be committed. What is
/// absent, of the wrong size or changed while it was read is missing; the first thousand findings are named.
/// </summary>
internal sealed class CheckConsistency(FlowEnvironment environment)
    : PageActivity<CheckConsistencyInput, ConsistencyResult>(environment, BackupJson.Default.ConsistencyResult)
{
    protected override string PageOf(CheckConsistencyInput input) => Pages.Consistency(input.Attempt);

    protected override async Task<ConsistencyResult> ProduceAsync(
        RunContext run,
        RunWriter writer,
        CheckConsistencyInput input,
        IProgressSink progress,
        CancellationToken cancellationToken
    )
    {
        Installation installation = run.DiscoverInstallation();
        AcknowledgedFiles acknowledged = AcknowledgedFiles.Read(run.Options, installation);
        DatabaseCapture database = await run.ReadPageAsync(
            Pages.Database(input.Attempt),
            BackupJson.Default.DatabaseCapture,
            cancellationToken
        );
        ImmutableArray<RootListing> listings = await CapturedParts.ReadRootsAsync(
            run,
            input.Attempt,
            input.Roots,
            cancellationToken
        );
        var proof = new ConsistencyProof(acknowledged, installation.CheckSizes);
        foreach (
            RequiredFiles required in database.Required.Where(required =>
                listings.All(listing => listing.Root != required.Root)
            )
        )
        {
            await proof.AddAbsentRootAsync(
                required.Root,
                new RequiredListReader(run.Chunks, required.List).ReadAsync(cancellationToken)
            );
        }

        foreach (RootListing root in listings)
        {
            ContentRef? list = database.RequiredOf(root.Root);
            IAsyncEnumerable<RequiredFile> required = list is null
                ? AsyncEnumerable.Empty<RequiredFile>()
                : new RequiredListReader(run.Chunks, list).ReadAsync(cancellationToken);
            await proof.AddRootAsync(
                root.Root,
                required,
                new ListingReader(run.Chunks, root.Listing).ReadAsync(cancellationToken)
            );
        }

        proof.AddUnmapped(database.Unmapped, database.UnmappedAcknowledged, database.UnmappedSamples);
        string[] unproven = [.. UnprovenParts.Of(database, proof.Required, listings)];
        return new ConsistencyResult(
            proof.Required,
            proof.Missing,
            proof.Acknowledged,
            await WriteAsync(proof, writer, cancellationToken)
        )
        {
            SizesIgnored = !installation.CheckSizes,
            WrongSizes = proof.WrongSizes,
            LooksEncoded = proof.LooksEncoded,
            Unproven = unproven.Length == 0 ? default : [.. unproven],
        };
    }

    private static async Task<ContentRef?> WriteAsync(
        ConsistencyProof proof,
        RunWriter writer,
        CancellationToken cancellationToken
    )
    {
        if (proof.Named.IsEmpty)
        {
            return null;
        }

        await using ContentStream stream = writer.CreateStream(ChunkClass.Metadata);
        await stream.WriteAsync(
            JsonSerializer.SerializeToUtf8Bytes(proof.Named, BackupJson.Default.ImmutableArrayNamedFile),
            cancellationToken
        );
        return await stream.CompleteAsync(cancellationToken);
    }
}
