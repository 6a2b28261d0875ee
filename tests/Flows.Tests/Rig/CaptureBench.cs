using System.Collections.Immutable;
using System.Text;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Capture;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.RequiredFiles;
using AlfrescoBackupFlows.Repository.Runs;
using AlfrescoBackupFlows.Testing;
using AlfrescoBackupFlows.Testing.Stores;
using Microsoft.Extensions.Time.Testing;

namespace AlfrescoBackupFlows.Flows.Tests.Rig;

/// <summary>A real directory and a repository in memory: captures of ranges without flow, database or lease.</summary>
internal sealed class CaptureBench : IAsyncDisposable
{
    private static readonly RunId Run = RunId.Parse("20261122T010000Z-00000001");

    private readonly TempDirectory _directory;
    private readonly MemoryBlobStore _blobs;
    private readonly BackupRepository _repository;
    private readonly ChunkIndex _index;
    private readonly RunChunkIndex _runIndex;
    private readonly CancellationToken _token;
    private int _pages;

    private CaptureBench(
        TempDirectory directory,
        MemoryBlobStore blobs,
        BackupRepository repository,
        ChunkIndex index,
        RunChunkIndex runIndex,
        CancellationToken token
    )
    {
        (_directory, _blobs, _repository, _index, _runIndex, _token) = (
            directory,
            blobs,
            repository,
            index,
            runIndex,
            token
        );
        Chunks = repository.CreateReader(index, runIndex);
        Directory.CreateDirectory(Source);
        Directory.CreateDirectory(Deleted);
    }

    public string Source => _directory.Combine("contentstore");

    public string Deleted => _directory.Combine("contentstore.deleted");

    public IChunkSource Chunks { get; }

    public FakeTimeProvider Time { get; } = new(DateTimeOffset.UtcNow);

    public bool FollowsLinks { get; set; }

    public bool UsesTrustedDirectories { get; set; }

    public bool GrantsTrust { get; set; }

    public static async Task<CaptureBench> CreateAsync(CancellationToken token)
    {
        var blobs = new MemoryBlobStore();
        await BackupRepository.InitAsync(blobs, new RepositoryInit("none", null, "test", TimeProvider.System), token);
        var directory = new TempDirectory();
        var access = new RepositoryAccess("none", null, directory.Combine("cache"), TimeProvider.System);
        BackupRepository repository = await BackupRepository.OpenAsync(blobs, access, token);
        await repository.Log.OpenRunAsync(Run, "test", token);
        LogHead head = await repository.Log.ReadAsync(token);
        ChunkIndex index = await repository.LoadIndexAsync(head.State, token);
        return new CaptureBench(
            directory,
            blobs,
            repository,
            index,
            await repository.LoadRunIndexAsync(Run, token),
            token
        );
    }

    public string Combine(string name) => _directory.Combine(name);

    public string Write(string path, string content)
    {
        string full = Path.Combine(Source, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, content);
        return full;
    }

    public async Task<CapturedStep> CaptureAsync(
        ContentRef? inherit = null,
        PathRange? range = null,
        (string Path, long? Size)[]? required = null,
        StepBudget? budget = null,
        RequiredListReader? list = null,
        UntouchedSegments? untouched = null
    )
    {
        await using RunWriter writer = _repository.OpenRunWriter(
            Run,
            $"step.{_pages++}",
            _index,
            _runIndex,
            LostPacks.None
        );
        using SourceTree tree = SourceTree.Open(Source);
        using SourceTree deleted = SourceTree.Open(Deleted);
        var setup = new CaptureSetup(tree, [deleted], "contentstore")
        {
            Range = range ?? PathRange.All,
            Inherit = inherit,
            Inheritance = new Inheritance(Chunks, index: null, LostPacks.None),
            Untouched = untouched,
            Required = required is null
                ? list is null
                    ? null
                    : list.ReadAsync
                : new RequiredListReader(Chunks, await WriteRequiredAsync(required)).ReadAsync,
            FollowsLinks = FollowsLinks,
            UsesTrustedDirectories = UsesTrustedDirectories,
            GrantsTrust = GrantsTrust,
            Class = ChunkClass.Content,
            Budget = budget ?? new StepBudget(Time),
            Phase = Phases.Files,
            Warn = new Silence().Warn,
        };

        CapturedStep step = await setup.RunAsync(Chunks, writer, Time, new Silence(), _token);
        return await writer.CommitPageAsync(step, BackupJson.Default.CapturedStep, _token);
    }

    /// <summary>Stores what is written, so that <see cref="Chunks"/> has it.</summary>
    public async Task<T> StoreAsync<T>(Func<RunWriter, Task<T>> write)
    {
        await using RunWriter writer = _repository.OpenRunWriter(
            Run,
            $"stored.{_pages++}",
            _index,
            _runIndex,
            LostPacks.None
        );
        T stored = await write(writer);
        await writer.CommitPageAsync(new MergedChunkIndex([], 0, 0), BackupJson.Default.MergedChunkIndex, _token);
        return stored;
    }

    public async Task<ImmutableArray<ListingEntry>> ReadAsync(CapturedStep step)
    {
        var entries = ImmutableArray.CreateBuilder<ListingEntry>();
        if (step.Segments is { } segments)
        {
            var reader = new ListingReader(Chunks, ContentRef.Empty);
            foreach (SegmentRow row in SegmentRows.Decode(segments))
            {
                entries.AddRange(await reader.ReadSegmentAsync(row, _token));
            }

            return entries.ToImmutable();
        }

        await foreach (ListingEntry entry in new ListingReader(Chunks, step.Rows!).ReadAsync(_token))
        {
            entries.Add(entry);
        }

        return entries.ToImmutable();
    }

    public async Task<int> CountPacksAsync() => await _blobs.ListAsync("packs/", _token).CountAsync(_token);

    public async Task<string[]> ReadPathsAsync(CapturedStep step) =>
        [
            .. (await ReadAsync(step))
                .Where(entry => !entry.IsDirectory)
                .Select(entry => Encoding.UTF8.GetString(entry.Path)),
        ];

    public async Task<string> ReadTextAsync(CapturedStep step, string path)
    {
        ListingEntry entry = (await ReadAsync(step)).Single(entry => Encoding.UTF8.GetString(entry.Path) == path);
        using var reader = new StreamReader(Chunks.OpenRead(entry.Content!, ChunkClass.Content));
        return await reader.ReadToEndAsync(_token);
    }

    public async ValueTask DisposeAsync()
    {
        _runIndex.Dispose();
        await _repository.DisposeAsync();
        _directory.Dispose();
    }

    private async Task<ContentRef> WriteRequiredAsync((string Path, long? Size)[] required)
    {
        await using RunWriter writer = _repository.OpenRunWriter(
            Run,
            $"required.{_pages++}",
            _index,
            _runIndex,
            LostPacks.None
        );
        await using var list = new RequiredListWriter(writer);
        long id = 1;
        foreach (
            (string path, long? size) in required.OrderBy(file => Encoding.UTF8.GetBytes(file.Path), PathOrder.Instance)
        )
        {
            await list.AddAsync(new RequiredFile(Encoding.UTF8.GetBytes(path), size, id++), _token);
        }

        ContentRef content = (await list.CompleteAsync(_token)).List;
        await writer.CommitPageAsync(new MergedChunkIndex([], 0, 0), BackupJson.Default.MergedChunkIndex, _token);
        return content;
    }
}
