using System.Collections.Immutable;
using System.Text;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.RequiredFiles;
using AlfrescoBackupFlows.Repository.Runs;
using AlfrescoBackupFlows.Repository.Tests.Fakes;
using AlfrescoBackupFlows.Repository.Tests.Support;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository.Tests.Garbage;

/// <summary>
/// A host that backs up one installation, step by step: a run is opened, its files are stored, its set is committed.
/// What is as it was in the set before is not read again, as in a real backup.
/// </summary>
internal sealed class ModelHost(
    IBlobStore blobs,
    string installation,
    string cache,
    TimeProvider time,
    Secret? passphrase = null
) : IAsyncDisposable
{
    private BackupRepository? _repository;
    private RunOpened? _run;
    private ChunkIndex? _index;
    private RunChunkIndex? _runIndex;
    private SetManifest? _manifest;

    /// <summary>What the table of directories says of a segment.</summary>
    public Func<SegmentDirectories, SegmentDirectories> Directories { get; set; } = row => row;

    /// <summary>What the set says, before it is sealed.</summary>
    public Func<SetManifest, SetManifest> Manifest { get; set; } = manifest => manifest;

    /// <summary>Index blobs that stand in the place of lost ones.</summary>
    public ImmutableArray<ChunkIndexBlob> Healed { get; set; } = [];

    public bool HasRun => _run is not null;

    public RunId Run => _run!.Run;

    public bool HasStored => _manifest is not null;

    public async Task<BackupRepository> OpenAsync() =>
        _repository ??= await BackupRepository.OpenAsync(blobs, AccessOf(passphrase, cache, time));

    public static RepositoryAccess AccessOf(Secret? passphrase, string cache, TimeProvider time) =>
        new(passphrase is null ? "none" : "passphrase", passphrase, cache, time);

    /// <summary>Opens a run; what is open of this installation can never commit from here on.</summary>
    public async Task BeginAsync(RunId id)
    {
        BackupRepository repository = await OpenAsync();
        _run = await repository.Log.OpenRunAsync(id, installation);
        LogHead head = await repository.Log.ReadAsync();
        if (!repository.Keys.AreOf(head))
        {
            await repository.Keys.HealAsync(head);
        }

        foreach (RunOpened other in head.State.OpenRuns.Where(o => o.Installation == installation && o.Run != id))
        {
            await repository.Log.EvictAsync(other.Run, "another took its place");
        }

        _index = await repository.LoadIndexAsync(head.State.WithIndexesUpTo(_run.Base), CancellationToken.None);
        _runIndex = await repository.LoadRunIndexAsync(id, CancellationToken.None);
    }

    public async Task StoreAsync(ModelFiles files)
    {
        BackupRepository repository = await OpenAsync();
        SetSummary? parent = (await repository.Log.ReadAsync()).State.Sets.LastOrDefault(set =>
            set.Installation == installation && set.Sequence <= _run!.Base
        );
        Dictionary<string, ContentRef> before = parent is null ? [] : await ReadContentsAsync(repository, parent);
        SetManifest manifest = Samples.Manifest(_run!.Run, _run.Base, parent?.Id);
        await using RunWriter writer = repository.OpenRunWriter(Run, "all", _index!, _runIndex!, LostPacks.None);
        writer.RowsPerBlob = 8;
        ListingWriter listing = new(writer) { KeepsDirectories = true };
        await using RequiredListWriter required = new(writer);
        await listing.AddAsync(Samples.Folder(string.Empty), CancellationToken.None);
        foreach ((string path, ImmutableArray<byte> bytes) in files.Files)
        {
            ContentRef content =
                before.TryGetValue(Key(path, bytes), out ContentRef? same) ? same
                : bytes.Length > 200_000 ? await IndirectAsync(writer, [.. bytes])
                : await writer.WriteAsync(ChunkClass.Content, [.. bytes]);
            await listing.AddAsync(Samples.File(path) with { Content = content }, CancellationToken.None);
            await required.AddAsync(
                new RequiredFile(Encoding.UTF8.GetBytes(path), bytes.Length, required.Count),
                CancellationToken.None
            );
        }

        await using ListingRoot root = new(writer);
        foreach (SegmentRow row in await listing.CompleteAsync(CancellationToken.None))
        {
            await root.AddAsync(row, CancellationToken.None);
        }

        ListingSummary summary = await root.CompleteAsync(CancellationToken.None);
        RequiredListSummary? list = required.Count == 0 ? null : await required.CompleteAsync(CancellationToken.None);
        RootStamp stamp = manifest.Roots[1] with
        {
            Listing = summary.Listing,
            DirectoryTable = await DirectoryTable.WriteAsync(
                writer,
                listing.Directories.Select(Directories),
                CancellationToken.None
            ),
            Required = list?.List,
            RequiredSegments = list?.Segments,
            Files = summary.Files,
            Directories = summary.Directories,
            Bytes = summary.Bytes,
            RequiredFiles = required.Count,
        };
        ContentRef dump = await writer.WriteAsync(ChunkClass.Dump, files.Dump);
        await writer.CommitPageAsync(manifest.Installation, LogJson.Default.InstallationStamp, CancellationToken.None);
        _manifest = manifest with
        {
            Installation = manifest.Installation with { Name = installation },
            Started = time.GetUtcNow(),
            Sealed = time.GetUtcNow(),
            Roots = [stamp],
            Database = manifest.Database! with { Dump = dump },
            Consistency = manifest.Consistency with { Consistent = true, Missing = 0, Named = [] },
        };
    }

    public async Task CommitAsync()
    {
        BackupRepository repository = await OpenAsync();
        AddedChunkIndexes merge = await repository.MergeRunIndexAsync(Run, ["all"], null, CancellationToken.None);
        await repository.Log.CommitAsync(
            Run,
            _run!.Base,
            Manifest(_manifest!) with
            {
                Indexes = [.. Healed, .. merge.Indexes],
            }
        );
        Forget();
    }

    /// <summary>The process is gone, and what it had in memory.</summary>
    public async Task DieAsync()
    {
        Forget();
        await (_repository?.DisposeAsync() ?? default);
        _repository = null;
    }

    /// <summary>Every live set, read from the store by somebody who sees it for the first time.</summary>
    public static async Task<Dictionary<RunId, ModelFiles>> ReadAllAsync(
        IBlobStore blobs,
        string cache,
        Secret? passphrase = null
    )
    {
        await using BackupRepository repository = await BackupRepository.OpenAsync(
            blobs,
            AccessOf(passphrase, cache, TimeProvider.System)
        );
        LogHead head = await repository.Log.ReadAsync();
        Assert.Empty(head.Alarms);
        ChunkIndex index = await repository.LoadIndexAsync(head.State, CancellationToken.None);
        Assert.Empty(index.Lost);
        IChunkSource chunks = repository.CreateReader(index, null);
        Dictionary<RunId, ModelFiles> sets = [];
        foreach (SetSummary set in head.State.Sets)
        {
            SetManifest manifest = await repository.Log.ReadManifestAsync(set);
            var files = ModelFiles.None.Files.ToBuilder();
            await foreach (
                ListingEntry entry in new ListingReader(chunks, manifest.Roots[0].Listing).ReadAsync(
                    CancellationToken.None
                )
            )
            {
                if (entry.Content is { } content)
                {
                    files.Add(
                        Encoding.UTF8.GetString(entry.Path),
                        [.. await chunks.ReadAsync(content, ChunkClass.Content)]
                    );
                }
            }

            if (manifest.Roots[0].Required is { } required)
            {
                long count = await new RequiredListReader(chunks, required)
                    .ReadAsync(CancellationToken.None)
                    .CountAsync();
                Assert.Equal(files.Count, count);
            }

            int directories = 0;
            await foreach (
                SegmentDirectories row in DirectoryTable.ReadAsync(
                    chunks,
                    manifest.Roots[0].DirectoryTable!,
                    CancellationToken.None
                )
            )
            {
                directories += (await DirectoryTable.ReadDirectoriesAsync(chunks, row, CancellationToken.None)).Count;
            }

            Assert.Equal(1, directories);
            byte[] dump = await chunks.ReadAsync(manifest.Database!.Dump, ChunkClass.Dump);
            sets.Add(set.Id, new ModelFiles(files.ToImmutable(), dump));
        }

        return sets;
    }

    /// <summary>The same sets, and every byte of each.</summary>
    public static void RequireSame(
        IReadOnlyDictionary<RunId, ModelFiles> expected,
        IReadOnlyDictionary<RunId, ModelFiles> there
    )
    {
        Assert.Equal(
            expected.Keys.Select(id => id.ToString()).Order(StringComparer.Ordinal),
            there.Keys.Select(id => id.ToString()).Order(StringComparer.Ordinal)
        );
        foreach ((RunId id, ModelFiles files) in expected)
        {
            Assert.Equal(files.Files.Keys, there[id].Files.Keys);
            Assert.All(
                files.Files,
                file => Assert.True(file.Value.AsSpan().SequenceEqual(there[id].Files[file.Key].AsSpan()))
            );
            Assert.Equal(files.Dump, there[id].Dump);
        }
    }

    public ValueTask DisposeAsync() => new(DieAsync());

    private void Forget()
    {
        _runIndex?.Dispose();
        (_run, _index, _runIndex, _manifest) = (null, null, null, null);
    }

    private async Task<Dictionary<string, ContentRef>> ReadContentsAsync(BackupRepository repository, SetSummary parent)
    {
        IChunkSource chunks = repository.CreateReader(_index!, null);
        SetManifest manifest = await repository.Log.ReadManifestAsync(parent);
        Dictionary<string, ContentRef> contents = new(StringComparer.Ordinal);
        await foreach (
            ListingEntry entry in new ListingReader(chunks, manifest.Roots[0].Listing).ReadAsync(CancellationToken.None)
        )
        {
            if (entry.Content is { } content)
            {
                byte[] bytes = await chunks.ReadAsync(content, ChunkClass.Content);
                contents[Key(Encoding.UTF8.GetString(entry.Path), [.. bytes])] = content;
            }
        }

        return contents;
    }

    private static string Key(string path, ImmutableArray<byte> bytes) =>
        path + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes.AsSpan()));

    /// <summary>A list of chunks, as a file of many has it, of two chunks of odd lengths.</summary>
    private static async Task<ContentRef> IndirectAsync(RunWriter writer, byte[] bytes)
    {
        byte[] ids = new byte[2 * ChunkId.Size];
        int half = bytes.Length / 2;
        ChunkId first = await writer.AddChunkAsync(ChunkClass.Content, bytes.AsMemory(0, half), CancellationToken.None);
        ChunkId second = await writer.AddChunkAsync(ChunkClass.Content, bytes.AsMemory(half), CancellationToken.None);
        first.Write(ids);
        second.Write(ids.AsSpan(ChunkId.Size));
        return new ContentRef(
            bytes.Length,
            1,
            [await writer.AddChunkAsync(ChunkClass.Metadata, ids, CancellationToken.None)]
        );
    }
}
