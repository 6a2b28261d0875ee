using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Catalogues;
using AlfrescoBackupFlows.Repository.Checks;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;
using AlfrescoBackupFlows.Repository.Log;

namespace AlfrescoBackupFlows.Repository.Verification;

/// <summary>
/// A verification that is open: sets one after another, then the packs that they need. What is wrong with the
/// repository is a finding, not an exception; a store that fails is an exception. Everything is read from the store:
/// what is in memory or in a cache counts for nothing. Memory is bounded, whatever the number of files. One call at a
/// time.
/// </summary>
public sealed class SetVerification : IDisposable
{
    private readonly BackupRepository _repository;
    private readonly ChunkIndexCheck _indexes;
    private readonly ChunkIndex _index;
    private readonly PackInventory _packs;
    private readonly ContentCheck _contents;
    private readonly IChunkSource _chunks;
    private readonly DataCheck _data;
    private SoundContents _sound;
    private Func<RootStamp, ListingEntry, bool> _takes = static (_, _) => true;
    private readonly HashSet<PackId> _damaged = [];
    private readonly HashSet<PackId> _everDamaged = [];

    private SetVerification(BackupRepository repository, ChunkIndex index, PackInventory packs)
    {
        (_repository, _index, _packs) = (repository, index, packs);
        _indexes = new ChunkIndexCheck(index);
        _chunks = repository.CreateReader(index, null);
        _contents = new ContentCheck(index, _chunks, packs);
        _data = new DataCheck(repository, index, packs);

        // Which sets lean on a lost index blob is known only by looking at all of each.
        _sound = new SoundContents(isOn: index.Lost.IsEmpty);
    }

    /// <summary>Which files are looked up; others are counted alone. Set before the first set is checked.</summary>
    public Func<RootStamp, ListingEntry, bool> Takes
    {
        get => _takes;
        set
        {
            // What one root lacks says nothing of another that has the same files.
            _takes = value;
            _sound = new SoundContents(isOn: false);
        }
    }

    /// <summary>The packs that the sets need which were checked so far, by id.</summary>
    public IReadOnlyList<PackEntry> NeededPacks => [.. _packs.Needed.OrderBy(pack => pack.Id)];

    /// <summary>Packs in which <see cref="ReadPacksAsync"/> found damage.</summary>
    public IReadOnlySet<PackId> DamagedPacks => _everDamaged;

    /// <summary>Chunks of the sets; what cannot be read is an exception.</summary>
    public IChunkSource Chunks => _chunks;

    /// <param name="state">Of the log: its sets can be checked.</param>
    public static async Task<SetVerification> OpenAsync(
        BackupRepository repository,
        LogState state,
        CancellationToken cancellationToken
    )
    {
        ChunkIndex index = await repository.ReadIndexAsync(state, cancellationToken);
        try
        {
            index.HoldIfSmall();
            return new SetVerification(
                repository,
                index,
                await PackInventory.ListAsync(repository.Blobs.Store, index, cancellationToken)
            );
        }
        catch
        {
            index.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Manifest, listings, a place for every chunk, every pack in the store with its length, and the required files
    /// again. What a set before it has as well, and what was sound there, is not looked at again.
    /// </summary>
    /// <param name="manifestRead">Of the set, where it is on its way already.</param>
    /// <param name="progress">Told after every root; counts of this set.</param>
    public async Task<VerifyReport> CheckSetAsync(
        SetSummary set,
        IProgress<VerifyTotals>? progress,
        CancellationToken cancellationToken,
        Task<SetManifest>? manifestRead = null
    )
    {
        Findings findings = new();
        VerifyTotals totals = VerifyTotals.None;
        _contents.LeansOnLostIndexes = false;
        try
        {
            SetManifest manifest = await (manifestRead ?? _repository.Log.ReadManifestAsync(set, cancellationToken));
            long missing = 0;
            totals = totals with { Sets = 1 };
            foreach (RootStamp root in manifest.Roots)
            {
                VerifiedRoot found = await CheckRootAsync(manifest, root, findings, cancellationToken);
                missing += found.Missing;
                totals += VerifyTotals.None with
                {
                    Files = found.Files,
                    Bytes = found.Bytes,
                    Required = found.Required,
                    Lost = found.Lost,
                    LostBytes = found.LostBytes,
                };
                progress?.Report(totals);
            }

            if (missing > manifest.Consistency.Missing)
            {
                findings.Error(
                    set.Id,
                    $"{missing} required files are not in the listings; the manifest knows of "
                        + $"{manifest.Consistency.Missing}."
                );
            }

            if (manifest.Database is { } database)
            {
                totals = totals with { Bytes = totals.Bytes + database.Dump.Length };
                ContentRef dump = database.Dump;
                if (await FindFaultAsync(dump, ChunkClass.Dump) is { } fault)
                {
                    findings.Error(set.Id, DumpIsLost(fault), Damage.BlobIn(fault));
                }

                if (
                    database.Catalogue is { } catalogue
                    && await _sound.FindFaultAsync(
                        catalogue.Table,
                        ChunkClass.Metadata,
                        () =>
                            _contents.FindFaultAsync(
                                CatalogueChunks.WalkAsync(_chunks, catalogue, cancellationToken),
                                OfPack,
                                cancellationToken
                            )
                    )
                        is { } lost
                )
                {
                    findings.Error(
                        set.Id,
                        $"The catalogue of documents is lost in part: {lost}. The set restores all the same; 'abf find', "
                            + "'abf diff' and 'abf extract' lack what is lost."
                    );
                }
            }

            if (
                manifest.Consistency.Details is { } details
                && await FindFaultAsync(details, ChunkClass.Metadata) is { } why
            )
            {
                findings.Error(
                    set.Id,
                    $"The list of findings cannot be read: {why}. The set restores all the same; 'abf report' lacks it."
                );
            }
        }
        catch (PermanentException exception) when (exception.Kind == ErrorKind.Repository)
        {
            findings.Error(set.Id, exception.Message);
        }

        _indexes.Note(set, _contents.LeansOnLostIndexes);
        return findings.Report(totals);

        void OfPack(string fault) => findings.Error(set.Id, fault);

        ValueTask<string?> FindFaultAsync(ContentRef content, ChunkClass chunkClass) =>
            _sound.FindFaultAsync(
                content,
                chunkClass,
                () => _contents.FindFaultAsync(content, chunkClass, OfPack, cancellationToken)
            );
    }

    private async Task<VerifiedRoot> CheckRootAsync(
        SetManifest manifest,
        RootStamp root,
        Findings findings,
        CancellationToken cancellationToken
    )
    {
        if (_sound.Find(root) is { } known)
        {
            return known;
        }

        long before = findings.Count;
        RootCheck check = new(_chunks, _contents, findings, _sound.Stretches, Takes);
        VerifiedRoot found = await check.RunAsync(manifest, root, cancellationToken);
        if (findings.Count == before)
        {
            _sound.Add(root, found);
        }

        return found;
    }

    /// <summary>
    /// The packs that the sets need which were checked so far, each index blob that is lost with the sets that need it,
    /// and a warning of packs that are lost and not needed any more.
    /// </summary>
    /// <param name="ofEverySet">Every set of the log was checked.</param>
    public VerifyReport CheckShared(bool ofEverySet)
    {
        Findings findings = new();
        _indexes.Report(findings, ofEverySet);
        if (_packs.Replaced is var replaced && replaced > 0)
        {
            findings.Warning(
                null,
                $"Packs that are missing or cut: {replaced}. "
                    + "What these sets need of them was stored again in other packs."
            );
        }

        (long packs, long bytes) = ofEverySet ? _packs.Unneeded() : default;
        return findings.Report(
            VerifyTotals.None with
            {
                Packs = _packs.Needed.Count(),
                PackBytes = _packs.Needed.Sum(static pack => (long)pack.Length),
                UnneededPacks = packs,
                UnneededBytes = bytes,
            }
        );
    }

    /// <summary>
    /// Reads packs whole and recomputes the id of every chunk in them; one that <see cref="CheckSetAsync"/> found
    /// missing or cut is left out.
    /// </summary>
    /// <param name="done">Told after every pack, from several threads.</param>
    public async Task<VerifyReport> ReadPacksAsync(
        IEnumerable<PackEntry> packs,
        Action<PackEntry>? done,
        CancellationToken cancellationToken
    )
    {
        (VerifyReport report, IReadOnlySet<PackId> damaged) = await _data.RunAsync(packs, done, cancellationToken);
        _damaged.UnionWith(damaged);
        _everDamaged.UnionWith(damaged);
        return report;
    }

    /// <summary>
    /// Names the files that are lost with the packs in which <see cref="ReadPacksAsync"/> found damage since this was
    /// last called. Every listing is read for it, but only where there is damage.
    /// </summary>
    public async Task<VerifyReport> NameLostFilesAsync(
        IEnumerable<SetSummary> sets,
        CancellationToken cancellationToken
    )
    {
        VerifyReport report = VerifyReport.None;
        if (_damaged.Count == 0)
        {
            return report;
        }

        DamagedPackFiles files = new(_chunks, _contents, _damaged);
        foreach (SetSummary set in sets)
        {
            report += await files.NameAsync(
                set.Id,
                _repository.Log.ReadManifestAsync(set, cancellationToken),
                cancellationToken
            );
        }

        _damaged.Clear();
        return report;
    }

    internal static string DumpIsLost(string why) =>
        $"The database dump does not restore: {why}. The files restore all the same (--no-database).";

    public void Dispose() => _index.Dispose();
}
