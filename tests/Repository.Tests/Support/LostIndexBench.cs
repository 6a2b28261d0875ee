using System.Collections.Immutable;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.Runs;
using AlfrescoBackupFlows.Repository.Tests.Fakes;
using AlfrescoBackupFlows.Repository.Tests.Format;
using AlfrescoBackupFlows.Repository.Tests.Verification;
using AlfrescoBackupFlows.Repository.Verification;
using AlfrescoBackupFlows.Storage;
using AlfrescoBackupFlows.Storage.Directories;
using AlfrescoBackupFlows.Testing;

namespace AlfrescoBackupFlows.Repository.Tests.Support;

/// <summary>A sample repository of two sets in a directory, whose index blobs are harmed; hosts are told apart by their
/// caches, and <c>none</c> is a new one each time.</summary>
internal sealed class LostIndexBench : IDisposable
{
    private readonly TempDirectory _temp = new();
    private ImmutableArray<string> _lines = [];
    private int _sealed;

    private LostIndexBench() { }

    public IBlobStore Blobs { get; private set; } = null!;

    /// <summary>What hosts see.</summary>
    public IBlobStore Store { get; set; } = null!;

    public ImmutableArray<RunId> Sets { get; private set; } = [];

    private string Directory => _temp.Combine("repository");

    public static async Task<LostIndexBench> CreateAsync()
    {
        var bench = new LostIndexBench();
        bench.Blobs = bench.Store = await DirectoryBlobStore.CreateAsync(
            bench.Directory,
            TimeProvider.System,
            CancellationToken.None
        );
        await SampleRepository.WriteAsync(
            bench.Blobs,
            RepositoryAccess.EncryptionNone,
            bench._temp.Combine("write"),
            large: false
        );
        (bench._lines, LogHead head) = await SampleRepository.ReadAsync(
            bench.Blobs,
            SampleRepository.Access("none", bench._temp.Combine("write"))
        );
        bench.Sets = [.. head.State.Sets.Select(set => set.Id)];
        Assert.Equal(2, head.State.Indexes.Length);
        return bench;
    }

    public async Task<ImmutableArray<ChunkIndexSummary>> IndexesAsync() =>
        await UseAsync("none", async repository => (await repository.Log.ReadAsync()).State.Indexes);

    public async Task<string> HarmAsync(string harm, int number) =>
        await HarmAsync(harm, (await IndexesAsync())[number].Id);

    public async Task<string> HarmAsync(string harm, ChunkIndexId id)
    {
        string path = Path.Combine(Directory, id.BlobName);
        byte[] bytes = await File.ReadAllBytesAsync(path);
        byte[] flipped = [.. bytes];
        flipped[bytes.Length / 2] ^= 1;
        File.Delete(path);
        if (harm != "deleted")
        {
            await File.WriteAllBytesAsync(
                path,
                harm switch
                {
                    "zeroed" => new byte[bytes.Length],
                    "emptied" => [],
                    "cut" => bytes[..^1],
                    "flipped" => flipped,
                    "longer" => [.. bytes, 0],
                    _ => await File.ReadAllBytesAsync(
                        System.IO.Directory.EnumerateFiles(Path.Combine(Directory, "index")).First()
                    ),
                }
            );
        }

        return id.BlobName;
    }

    public Task LosePacksAsync(ChunkClass chunkClass) =>
        UseAsync(
            "write",
            async repository =>
            {
                ChunkIndex index = await repository.LoadIndexAsync(
                    (await repository.Log.ReadAsync()).State,
                    CancellationToken.None
                );
                foreach (PackEntry pack in index.Packs.Where(pack => pack.Class == chunkClass))
                {
                    await Blobs.DeleteAsync(pack.Id.BlobName, CancellationToken.None);
                }

                return true;
            }
        );

    public Task<VerifyReport> VerifyAsync(string cache, Func<SetSummary, bool>? which = null) =>
        UseAsync(
            cache,
            async repository =>
            {
                LogHead head = await repository.Log.ReadAsync();
                return await new SetVerifier(repository).VerifyAsync(
                    head,
                    [.. head.State.Sets.Where(which ?? (_ => true))],
                    readData: true,
                    CancellationToken.None
                );
            }
        );

    public Task<RebuiltChunkIndex> CommitAsync(string cache) =>
        UseAsync(cache, repository => SampleRepository.WriteHealingSetAsync(repository, Samples.Run(10 + _sealed++)));

    /// <summary>Stores some bytes for a run that never commits; returns what packs there are then.</summary>
    public Task<ImmutableArray<string>> WriteDeadRunAsync(RunId run) =>
        UseAsync(
            "write",
            async repository =>
            {
                await repository.Log.OpenRunAsync(run, "acme");
                LogHead head = await repository.Log.ReadAsync();
                ChunkIndex index = await repository.LoadIndexAsync(head.State, CancellationToken.None);
                using RunChunkIndex own = await repository.LoadRunIndexAsync(run, CancellationToken.None);
                await using (RunWriter writer = repository.OpenRunWriter(run, "a", index, own, LostPacks.None))
                {
                    await writer.WriteAsync(ChunkClass.Content, Content.Random(100_000, 77));
                    await writer.CommitPageAsync(
                        new PageResult("dead", ContentRef.Empty),
                        TestJson.Default.PageResult,
                        CancellationToken.None
                    );
                }

                await repository.Log.AbortAsync(run, "given up");
                return await PacksAsync();
            }
        );

    public Task<FreedStorage> DeleteLeftoversAsync(RunId run) =>
        UseAsync("none", repository => repository.DeleteLeftoversAsync(run, CancellationToken.None));

    public async Task<ImmutableArray<string>> PacksAsync() =>
        [.. await Blobs.ListAsync("packs/", CancellationToken.None).Select(item => item.Name).ToArrayAsync()];

    /// <summary>Appends until an entry carries the state.</summary>
    public Task<LogState> FillLogToStateAsync() =>
        UseAsync(
            "write",
            async repository =>
            {
                for (int i = 100; ; i++)
                {
                    await repository.Log.OpenRunAsync(Samples.Run(i), "acme");
                    await repository.Log.AbortAsync(Samples.Run(i), "given up");
                    LogHead head = await repository.Log.ReadAsync();
                    if (head.Sequence > LogEntry.StateInterval)
                    {
                        return head.State;
                    }
                }
            }
        );

    /// <summary>Both readers read both sets as they were written, and say what is lost.</summary>
    public async Task ReadsAllAsync(string cache, string? lost)
    {
        ImmutableArray<string> lines = await UseAsync(
            cache,
            async repository =>
            {
                LogHead head = await repository.Log.ReadAsync();
                ChunkIndex index = await repository.LoadIndexAsync(head.State, CancellationToken.None);
                Assert.Equal(lost is not null, !index.Lost.IsEmpty);
                Assert.All(index.Lost, blob => Assert.Contains(lost!, blob.Warning, StringComparison.Ordinal));
                return (await SampleRepository.ReadAsync(Store, SampleRepository.Access("none", Cache(cache)))).Lines;
            }
        );
        Assert.Equal(_lines, lines.Take(_lines.Length));
        if (!OperatingSystem.IsWindows())
        {
            List<string> warnings = [];
            Assert.Equal(lines, await IndependentReader.ReadAsync(Directory, passphrase: null, warnings));
            Assert.Equal(lost is not null, warnings.Count > 0);
            Assert.All(warnings, warning => Assert.Contains(lost!, warning, StringComparison.Ordinal));
        }
    }

    public void Dispose() => _temp.Dispose();

    private string Cache(string name) => _temp.Combine(name == "none" ? Guid.NewGuid().ToString("N") : name);

    private async Task<T> UseAsync<T>(string cache, Func<BackupRepository, Task<T>> use)
    {
        await using BackupRepository repository = await BackupRepository.OpenAsync(
            Store,
            SampleRepository.Access("none", Cache(cache))
        );
        return await use(repository);
    }
}
