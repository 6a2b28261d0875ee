using System.Collections.Immutable;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Blobs;
using AlfrescoBackupFlows.Repository.Cache;
using AlfrescoBackupFlows.Repository.Checks;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.Packs;
using AlfrescoBackupFlows.Repository.Runs;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository;

/// <summary>An open repository. Thread-safe; it owns its keys and its chunk indexes, not the store.</summary>
public sealed class BackupRepository : IAsyncDisposable
{
    private readonly IBlobStore _blobs;
    private readonly RepositoryAccess _access;
    private readonly KeyRing _keys;
    private readonly ChunkKeys _chunkKeys;
    private readonly ObjectCipher _sealer;
    private readonly WriteOnce _store;
    private readonly SemaphoreSlim _indexGate = new(1);
    private readonly List<(UInt128 Key, ChunkIndex Index)> _indexes = [];

    /// <summary>Log states whose index is kept at hand: that of a run, and that of whoever reads meanwhile.</summary>
    private const int MaxIndexes = 2;

    internal BackupRepository(
        IBlobStore blobs,
        RepositoryAccess access,
        KeyRing keys,
        ObjectCipher sealer,
        CommitLog log,
        ConfigFile config
    )
    {
        _blobs = blobs;
        _access = access;
        _keys = keys;
        _chunkKeys = new ChunkKeys(keys);
        _sealer = sealer;
        _store = new WriteOnce(blobs, access.Time);
        Log = log;
        Keys = new KeySlots(blobs, keys, log, access.Time, config);
        Pages = new RunPages(blobs, sealer);
    }

    /// <summary>32 hexadecimal digits.</summary>
    public string Id => IdOf(_keys);

    public CommitLog Log { get; }

    /// <summary>The passphrases that open the repository.</summary>
    public KeySlots Keys { get; }

    /// <summary>Result pages of runs.</summary>
    public RunPages Pages { get; }

    /// <summary>Packs of a run that are asked for one by one before the commit; more are listed.</summary>
    internal int MaxPacksAskedFor { get; set; } = 500;

    internal IBlobStore Blobs => _blobs;

    internal ObjectCipher Sealer => _sealer;

    /// <summary>
    /// Begins a repository: a config, then entry 0 of the log, which makes it count. Where there is one already:
    /// <see cref="ErrorKind.Configuration"/>. What a killed <c>init</c> left behind stops nobody.
    /// </summary>
    public static Task InitAsync(
        IBlobStore blobs,
        RepositoryInit init,
        CancellationToken cancellationToken = default
    ) => InitAsync(blobs, init, KeyDerivation.Usual, cancellationToken);

    /// <summary>
    /// With other costs of a passphrase than the usual ones, for tests that open a repository many times.
    /// </summary>
    internal static Task InitAsync(
        IBlobStore blobs,
        RepositoryInit init,
        KdfDocument kdf,
        CancellationToken cancellationToken
    ) => RepositoryStart.RunAsync(blobs, init, kdf, cancellationToken);

    /// <summary>
    /// Looks whether a repository was begun here; where not: <see cref="ErrorKind.Configuration"/>; where all configs
    /// are lost: <see cref="ErrorKind.Repository"/>.
    /// </summary>
    public static Task RequireAsync(IBlobStore blobs, CancellationToken cancellationToken = default) =>
        RepositoryOpening.ListConfigsAsync(blobs, cancellationToken);

    /// <summary>
    /// Opens a repository: the config with the highest number that the passphrase opens and that the log names as the
    /// one that counts. No repository there is <see cref="ErrorKind.Configuration"/>; a wrong passphrase, another
    /// encryption than the expected one, damage and a newer format are <see cref="ErrorKind.Repository"/>.
    /// </summary>
    public static Task<BackupRepository> OpenAsync(
        IBlobStore blobs,
        RepositoryAccess access,
        CancellationToken cancellationToken = default
    ) => RepositoryOpening.RunAsync(blobs, access, cancellationToken);

    /// <summary>
    /// Where the chunks of a log state are. Kept in the cache directory, so that only index blobs that are new since
    /// then are read; the caller does not dispose it. Where one that must be read is lost, all are read, and what it
    /// held is looked up in the directories of the packs (<see cref="ChunkIndex.Lost"/>).
    /// </summary>
    public async Task<ChunkIndex> LoadIndexAsync(LogState state, CancellationToken cancellationToken)
    {
        await _indexGate.WaitAsync(cancellationToken);
        try
        {
            ImmutableArray<ChunkIndexSummary> live = LogState.Live(state.Indexes);
            UInt128 key = ChunkIndex.KeyOf(_keys.Repository, live);
            if (_indexes.Find(index => index.Key == key) is { Index: { } loaded })
            {
                return loaded;
            }

            CacheLeftovers.Delete(_access.CacheDirectory, _access.Time);
            ChunkIndex index = await LoadAsync(live, cancellationToken);
            _indexes.Add((key, index));
            if (_indexes.Count > MaxIndexes)
            {
                // Whoever still reads it keeps it open; then its file is closed.
                _indexes.RemoveAt(0);
            }

            return index;
        }
        finally
        {
            _indexGate.Release();
        }
    }

    private async Task<ChunkIndex> LoadAsync(
        ImmutableArray<ChunkIndexSummary> live,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await ChunkIndex.LoadAsync(
                _blobs,
                _sealer,
                _keys.Repository,
                _access.CacheDirectory,
                live,
                cancellationToken
            );
        }
        catch (PermanentException exception) when (exception.Kind == ErrorKind.Repository)
        {
            return await ReadIndexAsync(live, [], cancellationToken);
        }
    }

    /// <summary>The same read from the store, whatever is in memory or in the cache; the caller disposes it.</summary>
    public Task<ChunkIndex> ReadIndexAsync(LogState state, CancellationToken cancellationToken) =>
        ReadIndexAsync(state.Indexes, [], cancellationToken);

    /// <param name="notRead">Packs that are not looked into for what a lost blob held.</param>
    internal Task<ChunkIndex> ReadIndexAsync(
        ImmutableArray<ChunkIndexSummary> indexes,
        HashSet<PackId> notRead,
        CancellationToken cancellationToken
    ) =>
        new ChunkIndexReading(_blobs, _sealer, _keys, _access.CacheDirectory).LoadAsync(
            indexes,
            notRead,
            cancellationToken
        );

    /// <summary>Looks whether index blobs of a log state are lost, and writes anew what they held.</summary>
    /// <param name="run">
    /// Whose set will name what is written. Its own packs are passed over: its own index blobs name them.
    /// </param>
    /// <param name="readAll">
    /// Every index blob is read, however many there are; otherwise, where they are many, a part of them, another one
    /// after each set, and of the rest those alone are noticed whose length shows it.
    /// </param>
    public Task<RebuiltChunkIndex> HealIndexAsync(
        LogState state,
        RunId run,
        bool readAll,
        CancellationToken cancellationToken
    ) => new ChunkIndexRebuild(this, _store).RunAsync(state, run, readAll, cancellationToken);

    /// <summary>Which packs of the index are absent or not in their length, by one listing of <c>packs/</c>.</summary>
    public async Task<LostPacks> FindLostPacksAsync(ChunkIndex index, CancellationToken cancellationToken)
    {
        PackInventory inventory = await PackInventory.ListAsync(_blobs, index, cancellationToken);
        return new LostPacks(index.Packs.Where(pack => !inventory.IsWhole(pack)).Select(pack => pack.Id));
    }

    /// <summary>
    /// What a run has stored so far, its pages and receipts. One for all activities of the run in this process; the
    /// caller disposes it.
    /// </summary>
    public async Task<RunChunkIndex> LoadRunIndexAsync(RunId run, CancellationToken cancellationToken)
    {
        RunChunkIndex index = new(_blobs, _sealer, run, _access.CacheDirectory);
        try
        {
            await index.RefreshAsync(cancellationToken);
            return index;
        }
        catch
        {
            index.Dispose();
            throw;
        }
    }

    /// <summary>
    /// A writer for one activity, whose result page will have the name <paramref name="page"/>
    /// (<c>[a-z0-9][a-z0-9.-]{0,99}</c>).
    /// </summary>
    /// <param name="lost">Chunks of these packs are stored anew.</param>
    public RunWriter OpenRunWriter(RunId run, string page, ChunkIndex index, RunChunkIndex runIndex, LostPacks lost) =>
        run == runIndex.Run
            ? new RunWriter(_blobs, _store, _sealer, _keys, _chunkKeys, index, runIndex, lost, page)
            : throw new ArgumentException($"The index is that of run {runIndex.Run}.", nameof(runIndex));

    /// <summary>
    /// A reader of chunks that the sets or an unfinished run have stored. Thread-safe; its memory is bounded.
    /// </summary>
    public IChunkSource CreateReader(ChunkIndex index, RunChunkIndex? run) =>
        new ChunkReader(_blobs, _keys, _chunkKeys, index, run);

    /// <summary>
    /// Turns the rows of the run's pages into index blobs, which the manifest then names. May be called again: blobs of
    /// an earlier call that no manifest names are garbage.
    /// </summary>
    /// <param name="expectedPages">
    /// Pages that the set leans on, whatever a listing of the store shows; one that is gone is
    /// <see cref="ErrorKind.Repository"/>.
    /// </param>
    public Task<AddedChunkIndexes> MergeRunIndexAsync(
        RunId run,
        IEnumerable<string> expectedPages,
        CancellationToken cancellationToken
    ) => MergeRunIndexAsync(run, expectedPages, null, cancellationToken);

    /// <param name="known">Pages that this process has in memory are not read again.</param>
    /// <inheritdoc cref="MergeRunIndexAsync(RunId, IEnumerable{string}, CancellationToken)"/>
    public Task<AddedChunkIndexes> MergeRunIndexAsync(
        RunId run,
        IEnumerable<string> expectedPages,
        RunChunkIndex? known,
        CancellationToken cancellationToken
    ) => new RunChunkIndexMerger(_blobs, _sealer, _store).MergeAsync(run, expectedPages, known, cancellationToken);

    /// <summary>
    /// Deletes what a run has stored that ended without a set, and of which the caller knows that nobody works for it
    /// any more. Where the run has a set, nothing happens. May be called again.
    /// </summary>
    public Task<FreedStorage> DeleteLeftoversAsync(RunId run, CancellationToken cancellationToken) =>
        new RunLeftovers(this).DeleteAsync(run, cancellationToken);

    /// <summary>
    /// Looks whether a set that adds these index blobs to the log would find its own streams: lists of chunks at every
    /// depth, and the segments of listings. The blobs are read back from the store, and the packs that they name must
    /// be there in their length. The chunks of files are not looked up: their places stand in the same pages.
    /// </summary>
    /// <param name="known">The index of the log as it was at the run's base.</param>
    /// <param name="lost">Packs in which nothing is found.</param>
    /// <param name="added">The index blobs that the set adds.</param>
    /// <param name="chunks">Reads the lists themselves.</param>
    /// <param name="dump">The dump; null where there is none.</param>
    /// <param name="roots">Each root's listing and list of required files.</param>
    public async Task RequireStreamsAsync(
        ChunkIndex known,
        LostPacks lost,
        IReadOnlyList<ChunkIndexBlob> added,
        IChunkSource chunks,
        ContentRef? dump,
        IEnumerable<(ContentRef Listing, ContentRef? Required)> roots,
        IEnumerable<ContentRef> shortcuts,
        CancellationToken cancellationToken
    )
    {
        using ChunkIndex own = await ChunkIndex.LoadScratchAsync(
            _blobs,
            _sealer,
            _access.CacheDirectory,
            [.. added.Select(index => new ChunkIndexSummary(index.Id, 0, index.Rows))],
            cancellationToken
        );
        await new CompletenessCheck(known, lost, own, chunks).RequireAsync(dump, roots, shortcuts, cancellationToken);
        await RequirePacksAsync(own, cancellationToken);
    }

    /// <summary>
    /// Whether the packs that a set adds are whole: a storage may have cut one and called it done. Those of a night are
    /// asked for one by one; for the many of a first full, a listing of all packs is cheaper.
    /// </summary>
    private async Task RequirePacksAsync(ChunkIndex own, CancellationToken cancellationToken)
    {
        IEnumerable<PackEntry> doubtful = own.Packs;
        if (doubtful.Count() > MaxPacksAskedFor)
        {
            PackInventory inventory = await PackInventory.ListAsync(_blobs, own, cancellationToken);
            doubtful = doubtful.Where(pack => !inventory.IsWhole(pack));
        }

        foreach (PackEntry pack in doubtful)
        {
            string name = pack.Id.BlobName;
            long? length = (await _blobs.GetPropertiesAsync(name, cancellationToken))?.Length;
            if (length != pack.Length)
            {
                throw new PermanentException(
                    ErrorKind.Storage,
                    $"{_blobs.Location} did not keep what was written: '{name}' has {length ?? 0} of its "
                        + $"{pack.Length} bytes. No set was committed; see to the storage, then start a new backup."
                );
            }
        }
    }

    /// <summary>
    /// Reads one whole pack and checks everything in it, as <c>verify --read-data</c> does; at most 64 MiB of memory.
    /// </summary>
    public Task<PackContents> ReadPackAsync(PackEntry pack, CancellationToken cancellationToken) =>
        new PackReader(_blobs, _keys, _chunkKeys).ReadAsync(pack, cancellationToken);

    public ValueTask DisposeAsync()
    {
        foreach ((_, ChunkIndex index) in _indexes)
        {
            index.Dispose();
        }

        _indexGate.Dispose();
        _sealer.Dispose();
        _keys.Dispose();
        return ValueTask.CompletedTask;
    }

    internal static string IdOf(KeyRing keys) =>
        keys.Repository.ToString("x32", System.Globalization.CultureInfo.InvariantCulture);
}
