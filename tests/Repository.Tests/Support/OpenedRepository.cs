using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.Runs;
using AlfrescoBackupFlows.Storage;
using AlfrescoBackupFlows.Testing;
using AlfrescoBackupFlows.Testing.Stores;

namespace AlfrescoBackupFlows.Repository.Tests.Support;

/// <summary>A repository in memory, with encryption <c>none</c> unless a passphrase is given, and a run at work in
/// it.</summary>
internal sealed class OpenedRepository : IAsyncDisposable
{
    public static readonly RunId Run = RunId.Parse("20261122T201500Z-1f2e3d4c");

    /// <summary>The least that the format permits, for tests that try many passphrases.</summary>
    public static readonly KdfDocument CheapSlots = new("argon2id", 8192, 1, 1, []);

    private readonly TempDirectory _cache = new();

    private OpenedRepository(IBlobStore blobs) => Blobs = blobs;

    public IBlobStore Blobs { get; }

    public string CacheDirectory => _cache.Path;

    public BackupRepository Repository { get; private set; } = null!;

    public ChunkIndex Index { get; private set; } = null!;

    public RunChunkIndex RunChunkIndex { get; private set; } = null!;

    public static async Task<OpenedRepository> CreateAsync(
        IBlobStore? blobs = null,
        Secret? passphrase = null,
        KdfDocument? slots = null
    )
    {
        var opened = new OpenedRepository(blobs ?? new MemoryBlobStore());
        string encryption = passphrase is null ? "none" : "passphrase";
        await BackupRepository.InitAsync(
            opened.Blobs,
            new RepositoryInit(encryption, passphrase, "first", TimeProvider.System),
            slots ?? KeyDerivation.Usual,
            CancellationToken.None
        );
        opened.Repository = await BackupRepository.OpenAsync(opened.Blobs, opened.Access(passphrase));
        await opened.ReloadAsync();
        return opened;
    }

    public RepositoryAccess Access(Secret? passphrase = null) =>
        new(passphrase is null ? "none" : "passphrase", passphrase, CacheDirectory, TimeProvider.System);

    /// <summary>What another process that comes to the run sees.</summary>
    public async Task ReloadAsync()
    {
        RunChunkIndex?.Dispose();
        LogHead head = await Repository.Log.ReadAsync();
        Index = await Repository.LoadIndexAsync(head.State, CancellationToken.None);
        RunChunkIndex = await Repository.LoadRunIndexAsync(Run, CancellationToken.None);
    }

    public RunWriter OpenWriter(string page, int rowsPerBlob = ChunkIndexBlobs.UsualRows)
    {
        RunWriter writer = Repository.OpenRunWriter(Run, page, Index, RunChunkIndex, LostPacks.None);
        writer.RowsPerBlob = rowsPerBlob;
        return writer;
    }

    /// <summary>One whose packs have their receipts at once, as if storing each had taken long.</summary>
    public RunWriter OpenSlowWriter(string page, int rowsPerBlob = ChunkIndexBlobs.UsualRows)
    {
        RunWriter writer = OpenWriter(page, rowsPerBlob);
        writer.ReceiptsEvery = TimeSpan.Zero;
        return writer;
    }

    public IChunkSource OpenReader() => Repository.CreateReader(Index, RunChunkIndex);

    public async Task<IReadOnlyList<string>> NamesAsync(string prefix)
    {
        List<string> names = [];
        await foreach (BlobItem item in Blobs.ListAsync(prefix, CancellationToken.None))
        {
            names.Add(item.Name);
        }

        return names;
    }

    public async ValueTask DisposeAsync()
    {
        RunChunkIndex.Dispose();
        await Repository.DisposeAsync();
        _cache.Dispose();
    }
}
