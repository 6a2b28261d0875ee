using AlfrescoBackupFlows.Platform;

namespace AlfrescoBackupFlows.Repository;

/// <summary>
/// A verification that is open: sets one after another, then the packs that they need. What is wrong with the repository is a finding, not an
/// exception; a store that fails is an exception. Memory is bounded, whatever the number of files. One call at a time.
/// </summary>
public sealed class SetVerification
{
    private readonly BackupRepository _repository;
    private readonly PackInventory _packs;
    private readonly ContentCheck _contents;
    private readonly IChunkSource _chunks;
    private readonly DataCheck _data;

    private SetVerification(BackupRepository repository, ChunkIndex index, PackInventory packs)
    {
        (_repository, _packs) = (repository, packs);
        _chunks = repository.CreateReader(index, null);
        _contents = new ContentCheck(index, _chunks, packs);
        _data = new DataCheck(repository, index, packs);
    }

    /// <summary>The packs that the sets need which were checked so far, by id.</summary>
    public IReadOnlyList<PackEntry> NeededPacks => [.. _packs.Needed.OrderBy(pack => pack.Id)];

    /// <param name="state">Of the log: its sets can be checked.</param>
    /// <exception cref="PermanentException">Kind Repository: an index blob is missing or damaged, so nothing can be said of any set.</exception>
    public static async Task<SetVerification> OpenAsync(BackupRepository repository, LogState state, CancellationToken cancellationToken)
    {
        ChunkIndex index = await repository.LoadIndexAsync(state, cancellationToken);
        return new SetVerification(repository, index, await PackInventory.ListAsync(repository.Blobs, index, cancellationToken));
    }

    /// <summary>Manifest, listings, a place for every chunk, every pack in the store with its length, and the required files again.</summary>
    /// <param name="progress">Told after every root; counts of this set.</param>
    public async Task<VerifyReport> CheckSetAsync(SetSummary set, IProgress<VerifyTotals>? progress, CancellationToken cancellationToken)
    {
        Findings findings = new();
        VerifyTotals totals = VerifyTotals.None;
        try
        {
            SetManifest manifest = await _repository.Log.ReadManifestAsync(set, cancellationToken);
            RootCheck check = new(_chunks, _contents, findings);
            long missing = 0;
            totals = totals with { Sets = 1 };
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
                if (await _contents.FindFaultAsync(database.Dump, ChunkClass.Dump, fault => findings.Error(set.Id, fault), cancellationToken) is { } fault)
                {
                    findings.Error(set.Id, $"The database dump does not restore: {fault}.");
                }
            }
        }
        catch (PermanentException exception) when (exception.Kind == ErrorKind.Repository)
        {
            findings.Error(set.Id, exception.Message);
        }

        return findings.Report(totals);
    }

    /// <summary>The packs that the sets need which were checked so far, and a warning of those that are lost and not needed any more.</summary>
    public VerifyReport CountPacks()
    {
        Findings findings = new();
        if (_packs.Replaced is var replaced && replaced > 0)
        {
            findings.Warning(null, $"Packs that are missing or cut: {replaced}. What these sets need of them was stored again in other packs.");
        }

        return findings.Report(VerifyTotals.None with { Packs = _packs.Needed.Count() });
    }

    /// <summary>Reads packs whole and recomputes the id of every chunk in them; one that <see cref="CheckSetAsync"/> found missing or cut is left out.</summary>
    /// <param name="done">Told after every pack, from several threads.</param>
    public Task<VerifyReport> ReadPacksAsync(IEnumerable<PackEntry> packs, Action<PackEntry>? done, CancellationToken cancellationToken) =>
        _data.RunAsync(packs, done, cancellationToken);
}
