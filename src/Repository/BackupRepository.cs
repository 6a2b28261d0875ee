using System.Collections.Immutable;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Checks;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.Packs;
using AlfrescoBackupFlows.Repository.Runs;
using AlfrescoBackupFlows.Repository.SetChecks;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository;

/// <summary>An open repository. Thread-safe; it owns its keys and its chunk indexes, not the store.</summary>
public sealed class BackupRepository : IAsyncDisposable
{
    private readonly SealedBlobs _blobs;
    private readonly RepositoryAccess _access;
    private readonly KeyRing _keys;
    private readonly ChunkKeys _chunkKeys;
    private readonly KeptChunkIndexes _indexes;

    internal BackupRepository(
        SealedBlobs blobs,
        RepositoryAccess access,
        KeyRing keys,
        CommitLog log,
        ConfigFile config
    )
    {
        _blobs = blobs;
        _access = access;
        _keys = keys;
        _chunkKeys = new ChunkKeys(keys);
        _indexes = new KeptChunkIndexes(blobs, keys, access.CacheDirectory, access.Time);
        Log = log;
        CurrentConfig current = new(blobs.Store, log, keys, access.Time);
        KnownConfig known = new(config, keys, current, new NewKeys(blobs.Store, access, keys));
        ConfigHealing healing = new(blobs.Store, keys, log, access, known);
        Keys = new KeySlots(known, current, healing, keys, access);
        KeyGenerations = new KeyGenerations(known, current, keys, access);
        Pages = new RunPages(blobs);
        SetChecks = new SetCheckLog(blobs, log, Keys);
    }

    /// <summary>32 hexadecimal digits.</summary>
    public string Id => IdOf(_keys);

    public CommitLog Log { get; }

    /// <summary>The passphrases that open the repository.</summary>
    public KeySlots Keys { get; }

    /// <summary>New keys, and the end of old ones.</summary>
    public KeyGenerations KeyGenerations { get; }

    /// <summary>
    /// Looks whether documents, dumps and the search index can be read here; a host with a write-only key file cannot:
    /// <see cref="ErrorKind.Configuration"/>.
    /// </summary>
    /// <param name="what">What cannot be done without, a clause.</param>
    public void RequireContentKeys(string what)
    {
        if (_keys.WritesOnly)
        {
            throw WriteOnly.Fault(what);
        }
    }

    /// <summary>Result pages of runs.</summary>
    public RunPages Pages { get; }

    /// <summary>What verified or rehearsed the sets.</summary>
    public SetCheckLog SetChecks { get; }

    /// <summary>Packs of a run that are asked for one by one before the commit; null: what costs less.</summary>
    internal int? MaxPacksAskedFor { get; set; }

    internal SealedBlobs Blobs => _blobs;

    internal KeyRing Ring => _keys;

    internal ChunkKeys ChunkKeys => _chunkKeys;

    internal string CacheDirectory => _access.CacheDirectory;

    internal TimeProvider Time => _access.Time;

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
    public Task<ChunkIndex> LoadIndexAsync(LogState state, CancellationToken cancellationToken) =>
        _indexes.LoadAsync(state, cancellationToken);

    /// <summary>The same read from the store, whatever is in memory or in the cache; the caller disposes it.</summary>
    public Task<ChunkIndex> ReadIndexAsync(LogState state, CancellationToken cancellationToken) =>
        ReadIndexAsync(state.Indexes, state.TombstonedPacks(), cancellationToken);

    /// <param name="notRead">Packs that are not looked into for what a lost blob held.</param>
    internal Task<ChunkIndex> ReadIndexAsync(
        ImmutableArray<ChunkIndexSummary> indexes,
        HashSet<PackId> notRead,
        CancellationToken cancellationToken
    ) => new ChunkIndexReading(_blobs, _keys, _access.CacheDirectory).LoadAsync(indexes, notRead, cancellationToken);

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
    ) => new ChunkIndexRebuild(this).RunAsync(state, run, readAll, cancellationToken);

    /// <summary>Which packs of the index are absent or not in their length, by one listing of <c>packs/</c>.</summary>
    public async Task<LostPacks> FindLostPacksAsync(ChunkIndex index, CancellationToken cancellationToken)
    {
        PackInventory inventory = await PackInventory.ListAsync(_blobs.Store, index, cancellationToken);
        return new LostPacks(index.Packs.Where(pack => !inventory.IsWhole(pack)).Select(pack => pack.Id));
    }

    /// <summary>
    /// What a run has stored so far, its pages and receipts. One for all activities of the run in this process; the
    /// caller disposes it.
    /// </summary>
    public async Task<RunChunkIndex> LoadRunIndexAsync(RunId run, CancellationToken cancellationToken)
    {
        RunChunkIndex index = new(_blobs, run, _access.CacheDirectory);
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
            ? new RunWriter(_blobs, _keys, _chunkKeys, index, runIndex, lost, page)
            : throw new ArgumentException($"The index is that of run {runIndex.Run}.", nameof(runIndex));

    /// <summary>
    /// A reader of chunks that the sets or an unfinished run have stored. Thread-safe; its memory is bounded.
    /// </summary>
    public IChunkSource CreateReader(ChunkIndex index, RunChunkIndex? run) =>
        new ChunkReader(_blobs.Store, _keys, _chunkKeys, index, run);

    /// <summary>
    /// A reader of chunks that the sets have stored, which goes on where a prune moves or deletes what it reads.
    /// </summary>
    /// <param name="index">Where it begins.</param>
    public IChunkSource CreateFollowingReader(ChunkIndex index) => new FollowingReader(this, index);

    /// <inheritdoc cref="ListingWriter.IsWhole(SegmentRow, ulong)"/>
    public bool EndsSegment(SegmentRow row) => ListingWriter.IsWhole(row, _chunkKeys.SegmentHash(row.Last));

    /// <summary>Compares files with what sets have of them.</summary>
    /// <param name="chunks">Reads lists of chunks.</param>
    public ContentComparison CreateComparison(IChunkSource chunks) => new(_chunkKeys, chunks);

    /// <summary>
    /// Turns the rows of the run's pages into index blobs, which the manifest then names. May be called again: blobs of
    /// an earlier call that no manifest names are garbage.
    /// </summary>
    /// <param name="expectedPages">
    /// Pages that the set leans on, whatever a listing of the store shows; one that is gone is
    /// <see cref="ErrorKind.Repository"/>.
    /// </param>
    /// <param name="known">Pages that this process has in memory are not read again.</param>
    public Task<AddedChunkIndexes> MergeRunIndexAsync(
        RunId run,
        IEnumerable<string> expectedPages,
        RunChunkIndex? known,
        CancellationToken cancellationToken
    ) => new RunChunkIndexMerger(_blobs).MergeAsync(run, expectedPages, known, cancellationToken);

    /// <summary>
    /// Deletes what a run has stored that ended without a set, and of which the caller knows that nobody works for it
    /// any more. Where the run has a set, nothing happens. May be called again.
    /// </summary>
    public Task<FreedStorage> DeleteLeftoversAsync(RunId run, CancellationToken cancellationToken) =>
        new RunLeftovers(this).DeleteAsync(run, cancellationToken);

    /// <summary>
    /// Looks whether a set that adds these index blobs to the log would find its own streams: lists of chunks at every
    /// depth, the segments of listings and their directories. The blobs are read back from the store, and the packs that they name must
    /// be there in their length. The chunks of files are not looked up: their places stand in the same pages.
    /// </summary>
    /// <param name="known">The index of the log as it was at the run's base.</param>
    /// <param name="lost">Packs in which nothing is found.</param>
    /// <param name="added">The index blobs that the set adds.</param>
    /// <param name="chunks">Reads the lists themselves.</param>
    /// <param name="database">The dump and its catalogue; null where there is none.</param>
    /// <param name="roots">Each root's listing, list of required files and table of directories.</param>
    public async Task RequireStreamsAsync(
        ChunkIndex known,
        LostPacks lost,
        IReadOnlyList<ChunkIndexBlob> added,
        IChunkSource chunks,
        DatabaseStamp? database,
        IEnumerable<(ContentRef Listing, ContentRef? Required, ContentRef? Directories)> roots,
        IEnumerable<ContentRef> shortcuts,
        CancellationToken cancellationToken
    )
    {
        using ChunkIndex own = await ChunkIndex.LoadScratchAsync(
            _blobs,
            _access.CacheDirectory,
            [.. added.Select(index => new ChunkIndexSummary(index.Id, 0, index.Rows))],
            cancellationToken
        );
        await new CompletenessCheck(known, lost, own, chunks).RequireAsync(
            database,
            roots,
            shortcuts,
            cancellationToken
        );
        int most = MaxPacksAskedFor ?? AddedPacksCheck.LooksForListing(known.Packs.Count + own.Packs.Count);
        await new AddedPacksCheck(_blobs.Store, most).RequireAsync(own, cancellationToken);
    }

    /// <summary>
    /// Reads one whole pack and checks everything in it, as <c>verify --read-data</c> does; at most 64 MiB of memory.
    /// </summary>
    public Task<PackContents> ReadPackAsync(PackEntry pack, CancellationToken cancellationToken) =>
        new PackReader(_blobs.Store, _keys, _chunkKeys).ReadAsync(pack, cancellationToken);

    public ValueTask DisposeAsync()
    {
        _indexes.Dispose();
        _blobs.Dispose();
        _keys.Dispose();
        return ValueTask.CompletedTask;
    }

    internal static string IdOf(KeyRing keys) => HexId.Format(keys.Repository);
}
