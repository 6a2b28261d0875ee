using System.Collections.Immutable;
using System.Text.Json;
using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Capture;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;
using AlfrescoBackupFlows.Repository.RequiredFiles;

namespace AlfrescoBackupFlows.Flows.Backup.Activities;

/// <summary>
/// The proof: each root's list of required files is merged with its final listing, both as they will be committed. What is
/// absent, of the wrong size or changed while it was read is missing; the first thousand findings are named, and all of them
/// stored with what the live system has. What stands in
/// segments that the parent set has as well was proved there, and is looked up again by a full scan.
/// </summary>
internal sealed class CheckConsistency(FlowEnvironment environment)
    : PageActivity<CheckConsistencyInput, ConsistencyResult>(environment, BackupJson.Default.ConsistencyResult),
        IPhasedActivity
{
    public static string Phase => Phases.Consistency;

    protected override string PageOf(CheckConsistencyInput input) => Pages.Consistency(input.Attempt);

    protected override ConsistencyResult ForHistory(ConsistencyResult page) => page.ForHistory();

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
        SetManifest? parent = input.FullScan ? null : await run.ReadParentAsync(cancellationToken);
        await using var details = new FindingsRecord(writer, new LiveLook(installation, run.Roots));
        ConsistencyProof proof = await ProveFromParentAsync();
        if (proof is { BySegment: > 0, MayLookEncoded: true })
        {
            // Whether a store encrypts is seen by all of its files.
            proof = await ProveAsync(null);
        }

        await proof.AddUnmappedAsync(database.Unmapped, database.UnmappedAcknowledged, database.UnmappedSamples);
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
            Proof = new ProofStamp(
                proof.BySegment,
                proof.Required - proof.BySegment - database.Unmapped,
                proof.Findings is not null
            ),
            Findings = await WriteFindingsAsync(proof.Findings ?? [], writer, cancellationToken),
            Details = await details.CompleteAsync(cancellationToken),
            DigestAlarm = input.FullScan
                ? await RecheckAsync(run, database, installation, progress, cancellationToken)
                : null,
        };

        async Task<ConsistencyProof> ProveFromParentAsync()
        {
            try
            {
                return await ProveAsync(parent);
            }
            catch (PermanentException e) when (e.Kind == ErrorKind.Repository && parent is not null)
            {
                progress.Warn(
                    $"What set {parent.Id} proved cannot be told, and so every required file is looked up: {e.Message}"
                );
                return await ProveAsync(null);
            }
        }

        async Task<ConsistencyProof> ProveAsync(SetManifest? before)
        {
            await details.RestartAsync();
            var proving = new ConsistencyProof(
                acknowledged,
                installation.CheckSizes,
                finding => details.AddAsync(finding, cancellationToken)
            );
            await AddAbsentRootsAsync(proving, run, database, listings, cancellationToken);
            foreach (RootListing root in listings)
            {
                await ProvedBefore.AddRootAsync(
                    proving,
                    run.Chunks,
                    before?.Consistency,
                    before?.Roots.FirstOrDefault(stamp => stamp.Name == root.Root),
                    root,
                    database.RequiredListOf(root.Root),
                    cancellationToken
                );
            }

            return proving;
        }
    }

    private static async Task AddAbsentRootsAsync(
        ConsistencyProof proof,
        RunContext run,
        DatabaseCapture database,
        ImmutableArray<RootListing> listings,
        CancellationToken cancellationToken
    )
    {
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
    }

    private static async Task<ImmutableArray<RootFindings>> WriteFindingsAsync(
        IReadOnlyList<(string Root, byte[] Path)> findings,
        RunWriter writer,
        CancellationToken cancellationToken
    )
    {
        var lists = ImmutableArray.CreateBuilder<RootFindings>();
        foreach (IGrouping<string, (string Root, byte[] Path)> root in findings.GroupBy(finding => finding.Root))
        {
            await using var list = new RequiredListWriter(writer);
            foreach ((_, byte[] path) in root)
            {
                await list.AddAsync(new RequiredFile(path, Size: null, UrlId: 0), cancellationToken);
            }

            lists.Add(new RootFindings(root.Key, (await list.CompleteAsync(cancellationToken)).List));
        }

        return lists.Count == 0 ? default : lists.ToImmutable();
    }

    private static async Task<string?> RecheckAsync(
        RunContext run,
        DatabaseCapture database,
        Installation installation,
        IProgressSink progress,
        CancellationToken cancellationToken
    )
    {
        RequiredBefore? before = await RequiredBefore.ReadAsync(
            run,
            installation.Urls.Rules,
            progress.Warn,
            cancellationToken
        );
        if (before is null || database.RequiredDigests is not { } stored)
        {
            return null;
        }

        try
        {
            return await RequiredRecheck.FindDifferenceAsync(
                before,
                await RequiredDigests.ReadAsync(run.Chunks, stored, cancellationToken),
                database.Required,
                run.Chunks,
                cancellationToken
            );
        }
        catch (PermanentException e) when (e.Kind == ErrorKind.Repository)
        {
            // The proof has read this run's lists to their end: what is lost is of the set before.
            progress.Warn(
                $"The lists of required files are not compared with those of the set before, which are lost: {e.Message}"
            );
            return null;
        }
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
