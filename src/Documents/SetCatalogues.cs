using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Catalogues;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;

namespace AlfrescoBackupFlows.Documents;

/// <summary>The catalogues of sets, opened one by one; what sets share is read once.</summary>
public sealed class SetCatalogues
{
    private readonly BackupRepository _repository;
    private readonly CatalogueSegments _segments;
    private readonly CancellationToken _stop;

    private SetCatalogues(BackupRepository repository, IChunkSource chunks, CancellationToken stop)
    {
        (_repository, Chunks, _stop) = (repository, chunks, stop);
        _segments = new CatalogueSegments(chunks);
    }

    public IChunkSource Chunks { get; }

    public CatalogueSegments Segments => _segments;

    /// <param name="state">Whose sets are read.</param>
    /// <param name="warn">Gets a line for each part of the index that is lost.</param>
    /// <param name="stop">Ends whatever is read here.</param>
    public static async Task<SetCatalogues> OpenAsync(
        BackupRepository repository,
        LogState state,
        Action<string> warn,
        CancellationToken stop
    )
    {
        ChunkIndex index = await repository.LoadIndexAsync(state, stop);
        foreach (LostChunkIndex lost in index.Lost)
        {
            warn(lost.Warning);
        }

        return new SetCatalogues(repository, repository.CreateFollowingReader(index), stop);
    }

    public Task<SetManifest> ReadManifestAsync(SetSummary set) => _repository.Log.ReadManifestAsync(set, _stop);

    /// <summary>Null where the set has none.</summary>
    public async Task<CatalogueReader?> TryOpenAsync(SetManifest manifest) =>
        manifest.Database?.Catalogue is { } catalogue
            ? await CatalogueReader.OpenAsync(_segments, catalogue, _stop)
            : null;

    /// <summary>Null, and a line, also where it is lost: for what has a content URL, which needs no catalogue.</summary>
    public async Task<CatalogueReader?> TryOpenAsync(SetManifest manifest, Action<string> warn)
    {
        try
        {
            return await TryOpenAsync(manifest);
        }
        catch (PermanentException e) when (e.Kind is ErrorKind.Repository)
        {
            warn(LossOf(manifest.Id, e));
            return null;
        }
    }

    /// <summary>That a catalogue cannot be read, in a line.</summary>
    public static string LossOf(RunId set, PermanentException why) =>
        $"the catalogue of set {set} cannot be read: {why.Message}";

    /// <exception cref="PermanentException">Configuration: the set has none.</exception>
    public async Task<CatalogueReader> OpenAsync(SetSummary set) =>
        await TryOpenAsync(await ReadManifestAsync(set)) ?? throw HasNone(set.Id);

    public static PermanentException HasNone(RunId set) =>
        new(
            ErrorKind.Configuration,
            $"set {set} has no catalogue of its documents ('abf show {set}' says why, or an earlier version made it): name a "
                + "newer set, or a content URL to 'abf extract'"
        );
}
