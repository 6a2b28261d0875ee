using System.Collections.Immutable;
using System.Globalization;
using AlfrescoBackupFlows.Flows.Archives;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.State;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.Runs;
using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Flows.Exporting;

/// <summary>
/// Makes a set of an exported file. The file is a stranger's: everything in it is checked against its manifest and its
/// sums, and the proof is made again, before there is a set. No run inherits from it.
/// </summary>
public sealed class SetImport(FlowEnvironment environment)
{
    private const int MaxWarnings = 1000;

    /// <param name="packed">The file; read once, to its end.</param>
    /// <param name="anySize">However much it unfolds to.</param>
    /// <param name="tell">Gets the bytes so far.</param>
    /// <exception cref="PermanentException">
    /// Source: the file is damaged, was changed, or is none. Busy: a backup of the installation, or another import, is
    /// running.
    /// </exception>
    public async Task<ImportResult> RunAsync(
        Stream packed,
        bool anySize,
        Action<long> tell,
        CancellationToken cancellationToken
    )
    {
        using ImportRuns runs = ImportRuns.Open(environment);
        await environment.Repository.RereadLogAsync(cancellationToken);
        BackupRepository repository = await environment.Repository.OpenAsync(cancellationToken);
        string spill = StateDirectory.MakeBeneath(environment.Options.State!, "cache", "spill");
        using var sums = new ChecksumList(spill);
        await using var plain = new UnpackedInput(packed, anySize);
        long bytes = 0;
        using var reader = new ImportReader(plain, sums, count => tell(bytes += count));
        ExportManifest manifest = await ImportedParts.ReadManifestAsync(reader, cancellationToken);

        string installation = environment.Options.Installation.Name ?? manifest.Installation.Name;
        RunId run =
            await runs.TakeUpAsync(repository, installation, cancellationToken)
            ?? RunId.Create(environment.Time.GetUtcNow(), Guid.NewGuid());
        await using var leases = new LeaseKeeper(
            environment.Stores.Control,
            LeaseKeeper.NameOf(installation),
            environment.Time,
            environment.Loggers.CreateLogger(nameof(LeaseKeeper))
        );
        await using HeldLease lease = await leases.HoldAsync(run, cancellationToken);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lease.Lost);
        try
        {
            runs.Begin(repository, run);
            SetManifest set = await StoreAsync(repository, run, installation, manifest, reader, spill, linked.Token);
            runs.Forget(run);
            return Summarize(set, manifest);
        }
        catch (OperationCanceledException)
            when (lease.Lost.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            await runs.EndAsync(repository, run, "the import lost its lease", CancellationToken.None);
            throw lease.Fault ?? LeaseKeeper.Busy(run);
        }
        catch (PermanentException)
        {
            // The file, or the repository, will be no other one when it is asked again. All else goes on where it was.
            await runs.EndAsync(repository, run, "the import failed", CancellationToken.None);
            throw;
        }
        finally
        {
            await leases.ReleaseAsync(run, CancellationToken.None);
        }
    }

    private async Task<SetManifest> StoreAsync(
        BackupRepository repository,
        RunId run,
        string installation,
        ExportManifest manifest,
        ImportReader reader,
        string spill,
        CancellationToken cancellationToken
    )
    {
        // Of an attempt that was killed behind its own page that one would count, and it may be of another file.
        string page = $"import-{Guid.NewGuid():n}";
        RunOpened opened = await repository.Log.OpenRunAsync(run, installation, cancellationToken);
        LogHead head = await repository.Log.ReadAsync(cancellationToken);
        ChunkIndex index = await repository.LoadIndexAsync(head.State.WithIndexesUpTo(opened.Base), cancellationToken);
        using RunChunkIndex own = await repository.LoadRunIndexAsync(run, cancellationToken);
        LostPacks lost = await repository.FindLostPacksAsync(index, cancellationToken);

        ImportedParts parts;
        await using (RunWriter writer = repository.OpenRunWriter(run, page, index, own, lost))
        {
            parts = new ImportedParts(manifest, reader, writer, spill);
            await parts.StoreAsync(cancellationToken);
            await writer.CommitPageAsync(
                new ImportedPage(parts.Roots.Count),
                ExportJson.Default.ImportedPage,
                cancellationToken
            );
        }

        IChunkSource chunks = repository.CreateReader(index, own);
        ConsistencyReport proof = await ImportProof.RunAsync(manifest, parts.Roots, chunks, cancellationToken);
        AddedChunkIndexes merged = await repository.MergeRunIndexAsync(run, [page], own, cancellationToken);
        head = await environment.Repository.LookAtLogAgainAsync(cancellationToken);
        RebuiltChunkIndex healed = await repository.HealIndexAsync(head.State, run, readAll: false, cancellationToken);
        SetManifest set = Build(run, opened, installation, manifest, parts, proof, merged, healed);
        await repository.RequireStreamsAsync(
            index,
            lost,
            set.Indexes,
            chunks,
            set.Database,
            set.Roots.Select(static root => (root.Listing, root.Required, root.DirectoryTable)),
            set.Shortcuts,
            cancellationToken
        );
        try
        {
            await repository.Log.CommitAsync(run, opened.Base, set, cancellationToken);
        }
        catch (ArgumentException e)
        {
            throw ArchiveFault.Of($"no set can be made of its MANIFEST.json: {e.Message}", e);
        }

        await environment.Repository.RememberHeadAsync(cancellationToken);
        return set;
    }

    private static SetManifest Build(
        RunId run,
        RunOpened opened,
        string installation,
        ExportManifest manifest,
        ImportedParts parts,
        ConsistencyReport proof,
        AddedChunkIndexes merged,
        RebuiltChunkIndex healed
    ) =>
        new()
        {
            Id = run,
            Installation = manifest.Installation with { Name = installation },
            Base = opened.Base,
            Started = manifest.Started,
            Sealed = manifest.Sealed,
            Phases = manifest.Phases,
            Index = manifest.Index,
            Database = parts.Dump is { } dump ? manifest.Database!.ToStamp(dump, parts.Catalogue) : null,
            Roots =
            [
                .. parts.Roots.Select(static root => new RootStamp(
                    root.Root.Name,
                    root.Root.Path,
                    root.Listing.Listing,
                    root.Required,
                    root.Listing.Files,
                    root.Listing.Directories,
                    root.Listing.Bytes,
                    root.Root.RequiredFiles,
                    root.Root.ChunkClass
                )),
            ],
            Consistency = proof,
            Totals = new SetTotals(
                parts.Files,
                parts.Roots.Sum(static root => root.Listing.Bytes) + (parts.Dump?.Length ?? 0),
                merged.AddedBytes,
                merged.Chunks
            ),
            Indexes = healed.Indexes.AddRange(merged.Indexes),
            Warnings =
            [
                .. healed.Warnings.Concat(Warnings(manifest, parts)).Concat(manifest.Warnings).Take(MaxWarnings),
            ],
            Tool = SetCheckRecording.Tool,
            Origin = manifest.Origin,
        };

    private static IEnumerable<string> Warnings(ExportManifest manifest, ImportedParts parts)
    {
        OriginStamp origin = manifest.Origin;
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"Imported from an exported file of set {origin.Set} of '{origin.Installation}', as the file says; what it "
                + $"holds was checked against the file's own sums, which whoever changed the file could have changed too."
        );
        if (parts.Lost > 0)
        {
            yield return $"{parts.Lost} files were lost already when the set was exported.";
        }
    }

    private static ImportResult Summarize(SetManifest set, ExportManifest manifest)
    {
        ConsistencyReport consistency = set.Consistency;
        return new ImportResult(set.Id, set.Origin!, set.Totals.Files, set.Totals.Bytes, set.Totals.AddedBytes)
        {
            Consistent = consistency is { Consistent: true, IsProven: true },
            Missing = consistency.Missing - consistency.Acknowledged,
            CarriedOver = consistency.SourceMissing + consistency.SourceChanged,
            Unproven = consistency.IsProven ? null : string.Join("; ", consistency.Unproven),
            Lost = manifest.Roots.Sum(static root => root.Files) - set.Totals.Files,
            Warnings = [.. set.Warnings.Except(manifest.Warnings, StringComparer.Ordinal)],
        };
    }
}
