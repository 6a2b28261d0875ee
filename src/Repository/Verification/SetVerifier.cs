using AlfrescoBackupFlows.Platform;

namespace AlfrescoBackupFlows.Repository;

/// <summary>
/// Proves that sets restore: manifest, listings, a place for every chunk, every pack in the store with its length (by one listing), and the
/// required files again against the listings. With the data, every needed pack is read once and every chunk's id recomputed. What is wrong with the repository is
/// a finding, not an exception; a store that fails is an exception. Memory is bounded, whatever the number of files.
/// </summary>
public sealed class SetVerifier(BackupRepository repository)
{
    /// <param name="head">The log as it was read.</param>
    /// <param name="sets">Sets of its state.</param>
    /// <param name="readData">Whether every byte is read.</param>
    /// <param name="progress">Told after every root and every pack.</param>
    public async Task<VerifyReport> VerifyAsync(
        LogHead head, IReadOnlyList<SetSummary> sets, bool readData, IProgress<VerifyTotals>? progress = null, CancellationToken cancellationToken = default)
    {
        Findings findings = new();
        VerifyTotals totals = VerifyTotals.None;
        foreach (string alarm in head.Alarms)
        {
            if (alarm == head.Break)
            {
                findings.Error(null, alarm);
            }
            else
            {
                findings.Warning(null, alarm);
            }
        }

        try
        {
            ChunkIndex index = await repository.LoadIndexAsync(head.State, cancellationToken);
            PackInventory packs = await PackInventory.ListAsync(repository.Blobs, index, cancellationToken);
            IChunkSource chunks = repository.CreateReader(index, null);
            ContentCheck contents = new(index, chunks, packs);
            foreach (SetSummary set in sets)
            {
                totals = await VerifySetAsync(set, chunks, contents, findings, totals, progress, cancellationToken);
            }

            if (packs.Replaced is var replaced && replaced > 0)
            {
                findings.Warning(null, $"Packs that are missing or cut: {replaced}. What these sets need of them was stored again in other packs.");
            }

            totals = totals with { Packs = packs.Needed.Count() };
            if (readData)
            {
                VerifyTotals structure = totals;
                Lock gate = new();
                (long read, long bytes) = await new DataCheck(repository, index, packs, findings).RunAsync(Tell, cancellationToken);
                totals = structure with { PacksRead = read, BytesRead = bytes };

                void Tell(PackEntry pack)
                {
                    lock (gate)
                    {
                        totals = totals with { PacksRead = totals.PacksRead + 1, BytesRead = totals.BytesRead + pack.Length };
                        progress?.Report(totals);
                    }
                }
            }
        }
        catch (PermanentException exception) when (exception.Kind == ErrorKind.Repository)
        {
            findings.Error(null, exception.Message);
        }

        return findings.Report(totals);
    }

    private async Task<VerifyTotals> VerifySetAsync(
        SetSummary set, IChunkSource chunks, ContentCheck contents, Findings findings, VerifyTotals totals, IProgress<VerifyTotals>? progress, CancellationToken cancellationToken)
    {
        try
        {
            SetManifest manifest = await repository.Log.ReadManifestAsync(set, cancellationToken);
            RootCheck check = new(chunks, contents, findings);
            long missing = 0;
            totals = totals with { Sets = totals.Sets + 1 };
            foreach (RootStamp root in manifest.Roots)
            {
                (long files, long bytes, long required, long absent) = await check.RunAsync(manifest, root, cancellationToken);
                missing += absent;
                totals = totals with { Files = totals.Files + files, Bytes = totals.Bytes + bytes, Required = totals.Required + required };
                progress?.Report(totals);
            }

            if (missing > manifest.Consistency.Missing)
            {
                findings.Error(set.Id, $"{missing} required files are not in the listings; the manifest knows of {manifest.Consistency.Missing}.");
            }

            if (manifest.Database is { } database)
            {
                totals = totals with { Bytes = totals.Bytes + database.Dump.Length };
                if (await contents.FindFaultAsync(database.Dump, ChunkClass.Dump, fault => findings.Error(set.Id, fault), cancellationToken) is { } fault)
                {
                    findings.Error(set.Id, $"The database dump does not restore: {fault}.");
                }
            }
        }
        catch (PermanentException exception) when (exception.Kind == ErrorKind.Repository)
        {
            findings.Error(set.Id, exception.Message);
        }

        return totals;
    }
}
