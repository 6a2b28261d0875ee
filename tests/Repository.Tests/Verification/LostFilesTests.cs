using System.Text.Json;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.Tests.Fakes;
using AlfrescoBackupFlows.Repository.Verification;
using AlfrescoBackupFlows.Storage;
using AlfrescoBackupFlows.Storage.Directories;
using AlfrescoBackupFlows.Testing;
using AlfrescoBackupFlows.Testing.Stores;
using CliWrap;
using CliWrap.Buffered;

namespace AlfrescoBackupFlows.Repository.Tests.Verification;

/// <summary>What is lost takes only itself, and is named.</summary>
public sealed class LostFilesTests
{
    private static readonly CancellationToken Never = CancellationToken.None;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Every_file_of_a_lost_or_damaged_pack_is_named_and_no_other(bool missing)
    {
        using TempDirectory temp = new();
        IBlobStore blobs = await WriteAsync(temp);
        (PackId pack, string[] expected) = await FindPackAsync(blobs, temp);
        await SpoilAsync(blobs, pack, missing);

        VerifyReport report = await VerifyAsync(blobs, temp, readData: !missing);

        Assert.False(report.IsSound);
        Assert.NotEmpty(expected);
        Assert.Equal(expected.Length, report.Totals.Lost);
        string[] named =
        [
            .. report
                .Findings.Where(finding => finding.Line.StartsWith("File '", StringComparison.Ordinal))
                .Select(finding => $"{finding.Set} {finding.Line.Split('\'')[1]}"),
        ];
        Assert.Equal(expected.Order(StringComparer.Ordinal), named.Order(StringComparer.Ordinal));
        Assert.All(
            report.Findings.Where(finding => finding.Line.StartsWith("File '", StringComparison.Ordinal)),
            finding => Assert.Contains(pack.BlobName, finding.Line, StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_lost_part_of_a_listing_names_what_the_database_requires_of_it_and_the_other_roots_are_sound()
    {
        using TempDirectory temp = new();
        IBlobStore blobs = await WriteAsync(temp);
        ChunkId segment = await FindSegmentAsync(blobs, temp);
        WithoutChunk chunks = new();
        await using BackupRepository repository = await OpenAsync(blobs, temp);
        LogHead head = await repository.Log.ReadAsync();
        ChunkIndex index = await repository.LoadIndexAsync(head.State, Never);
        chunks.Inner = repository.CreateReader(index, null);
        chunks.Lost = segment;
        RootStamp store = (await repository.Log.ReadManifestAsync(head.State.Sets[^1])).Roots[1];
        Checks.LostSegments lost = new();

        List<ListingEntry> entries = await new ListingReader(chunks, store.Listing) { Lost = lost.Add }
            .ReadAsync(Never)
            .ToListAsync(Never);

        Assert.Equal(store.Files, lost.Files + entries.Count(entry => !entry.IsDirectory));
        IReadOnlyList<byte[]> names = await lost.NameAsync(chunks, store.Required, Never);
        // Where the listing was cut is drawn with the keys: another segment may have some of what is required.
        Assert.InRange(names.Count, 1, store.RequiredFiles);
        Assert.True(names.Count == store.RequiredFiles || entries.Any(entry => !entry.IsDirectory));
        Assert.All(names, name => Assert.True(lost.Covers(name), TreePath.Display(name)));
        Assert.Empty(
            names
                .Select(name => TreePath.Display(name))
                .Intersect(entries.Select(entry => TreePath.Display(entry.Path)))
        );
        Assert.False(lost.Covers("zzz"u8.ToArray()), "it lies behind the last entry");
    }

    [Fact]
    [Trait("needs", "linux")]
    public async Task The_independent_reader_names_the_same_files_and_extracts_the_others()
    {
        using TempDirectory temp = new();
        IBlobStore blobs = await DirectoryBlobStore.CreateAsync(temp.Combine("repo"), TimeProvider.System, Never);
        await SampleRepository.WriteAsync(blobs, RepositoryAccess.EncryptionNone, temp.Combine("write"), large: false);
        (PackId pack, _) = await FindPackAsync(blobs, temp);
        await SpoilAsync(blobs, pack, missing: true);
        VerifyReport report = await VerifyAsync(blobs, temp, readData: false);
        RunId last = report
            .Findings.Select(f => f.Set)
            .OfType<RunId>()
            .MaxBy(f => f.ToString(), StringComparer.Ordinal);
        string[] expected =
        [
            .. report
                .Findings.Where(f => f.Set == last && f.Line.StartsWith("File '", StringComparison.Ordinal))
                .Select(f => f.Line.Split('\'')[1])
                .Order(StringComparer.Ordinal),
        ];

        (int code, string output) = await RunReaderAsync(temp, "--extract", temp.Combine("out"));
        (int strict, _) = await RunReaderAsync(temp, "--strict");

        Assert.Equal((3, 7), (code, strict));
        using JsonDocument document = JsonDocument.Parse(output);
        string[] lost =
        [
            .. document
                .RootElement.GetProperty("set")
                .GetProperty("lost")
                .EnumerateArray()
                .Select(line => TreePath.Display(Convert.FromHexString(line[1].GetString()!)))
                .Order(StringComparer.Ordinal),
        ];
        Assert.NotEmpty(expected);
        Assert.Equal(expected, lost);
        string store = temp.Combine("out", "contentstore");
        Assert.All(lost, path => Assert.False(File.Exists(Path.Combine(store, path)), path));
        Assert.True(File.Exists(temp.Combine("out", "database.dump")), "the dump is whole");
        await Cli.Wrap("rm").WithArguments(["-r", temp.Combine("out")]).ExecuteAsync();
    }

    private static async Task<(int Code, string Output)> RunReaderAsync(TempDirectory temp, params string[] options)
    {
        BufferedCommandResult result = await Cli.Wrap("/usr/bin/python3")
            .WithArguments([SourceFiles.Path("tests", "reader", "abf_reader.py"), temp.Combine("repo"), .. options])
            .WithValidation(CommandResultValidation.None)
            .ExecuteBufferedAsync();
        return (result.ExitCode, result.StandardOutput);
    }

    private static async Task<IBlobStore> WriteAsync(TempDirectory temp)
    {
        MemoryBlobStore blobs = new();
        await SampleRepository.WriteAsync(blobs, RepositoryAccess.EncryptionNone, temp.Combine("write"), large: true);
        return blobs;
    }

    private static Task<BackupRepository> OpenAsync(IBlobStore blobs, TempDirectory temp) =>
        BackupRepository.OpenAsync(
            blobs,
            SampleRepository.Access(RepositoryAccess.EncryptionNone, temp.Combine("read"))
        );

    /// <summary>The content pack of most files, and these: set and path.</summary>
    private static async Task<(PackId Pack, string[] Files)> FindPackAsync(IBlobStore blobs, TempDirectory temp)
    {
        await using BackupRepository repository = await OpenAsync(blobs, temp);
        LogHead head = await repository.Log.ReadAsync();
        ChunkIndex index = await repository.LoadIndexAsync(head.State, Never);
        IChunkSource chunks = repository.CreateReader(index, null);
        List<(PackId Pack, string File)> found = [];
        foreach (SetSummary set in head.State.Sets)
        {
            RootStamp store = (await repository.Log.ReadManifestAsync(set)).Roots[1];
            await foreach (ListingEntry entry in new ListingReader(chunks, store.Listing).ReadAsync(Never))
            {
                HashSet<PackId> packs = [];
                await foreach ((ChunkId id, bool isList) in chunks.WalkAsync(entry.Content ?? ContentRef.Empty, Never))
                {
                    if (!isList && index.TryFind(id, out ChunkPlace place))
                    {
                        packs.Add(place.Pack.Id);
                    }
                }

                found.AddRange(packs.Select(pack => (pack, $"{set.Id} {TreePath.Display(entry.Path)}")));
            }
        }

        IGrouping<PackId, (PackId Pack, string File)> most = found
            .GroupBy(file => file.Pack)
            .OrderBy(pack => pack.Key)
            .MaxBy(pack => pack.Count())!;
        return (most.Key, [.. most.Select(file => file.File)]);
    }

    private static async Task<ChunkId> FindSegmentAsync(IBlobStore blobs, TempDirectory temp)
    {
        await using BackupRepository repository = await OpenAsync(blobs, temp);
        LogHead head = await repository.Log.ReadAsync();
        IChunkSource chunks = repository.CreateReader(await repository.LoadIndexAsync(head.State, Never), null);
        RootStamp store = (await repository.Log.ReadManifestAsync(head.State.Sets[^1])).Roots[1];
        return (
            await new ListingReader(chunks, store.Listing).ReadRowsAsync(PathRange.All, Never).FirstAsync(Never)
        ).Chunk;
    }

    /// <summary>A damaged pack keeps its length, and not a chunk of it is good.</summary>
    private static async Task SpoilAsync(IBlobStore blobs, PackId pack, bool missing)
    {
        long length = (await blobs.GetPropertiesAsync(pack.BlobName, Never))!.Length;
        byte[] bytes = new byte[length];
        await blobs.ReadAsync(pack.BlobName, 0, bytes, Never);
        await blobs.DeleteAsync(pack.BlobName, Never);
        if (!missing)
        {
            bytes.AsSpan(64, bytes.Length - 128).Clear();
            await blobs.PutIfAbsentAsync(pack.BlobName, bytes, Never);
        }
    }

    private static async Task<VerifyReport> VerifyAsync(IBlobStore blobs, TempDirectory temp, bool readData)
    {
        await using BackupRepository repository = await OpenAsync(blobs, temp);
        LogHead head = await repository.Log.ReadAsync();
        return await new SetVerifier(repository).VerifyAsync(head, head.State.Sets, readData, Never);
    }

    private sealed class WithoutChunk : IChunkSource
    {
        public IChunkSource Inner { get; set; } = null!;

        public ChunkId Lost { get; set; }

        public ValueTask<byte[]> ReadChunkAsync(
            ChunkId id,
            ChunkClass chunkClass,
            CancellationToken cancellationToken
        ) =>
            id == Lost
                ? throw new PermanentException(ErrorKind.Repository, "It is lost.")
                : Inner.ReadChunkAsync(id, chunkClass, cancellationToken);

        public async ValueTask<IReadOnlyList<int>> ReadManyAsync(
            IReadOnlyList<ChunkId> ids,
            ChunkClass chunkClass,
            Action<int, ReadOnlySpan<byte>> take,
            CancellationToken cancellationToken
        )
        {
            int[] there = [.. Enumerable.Range(0, ids.Count).Where(number => ids[number] != Lost)];
            IReadOnlyList<int> notRead = await Inner.ReadManyAsync(
                [.. there.Select(number => ids[number])],
                chunkClass,
                (number, chunk) => take(there[number], chunk),
                cancellationToken
            );
            return
            [
                .. notRead.Select(number => there[number]),
                .. Enumerable.Range(0, ids.Count).Where(number => ids[number] == Lost),
            ];
        }

        public Stream OpenRead(ContentRef content, ChunkClass chunkClass) => Inner.OpenRead(content, chunkClass);
    }
}
