using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Repository.Catalogues;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Garbage;
using AlfrescoBackupFlows.Repository.Listings;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.RequiredFiles;
using AlfrescoBackupFlows.Repository.Runs;
using AlfrescoBackupFlows.Repository.Tests.Catalogues;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository.Tests.Fakes;

/// <summary>A small repository of two sets with all that the format has: two classes of roots, a dump, empty and odd
/// names, a file of several chunks, indirection.</summary>
internal static class SampleRepository
{
    public const string Passphrase = "correct horse battery staple";
    private const int Seed = 4711;

    public static RepositoryAccess Access(string encryption, string cache) =>
        new(
            encryption,
            encryption == RepositoryAccess.EncryptionNone ? null : new Secret(Passphrase),
            cache,
            TimeProvider.System
        );

    public static async Task WriteAsync(IBlobStore blobs, string encryption, string cache, bool large)
    {
        RepositoryAccess access = Access(encryption, cache);
        await BackupRepository.InitAsync(
            blobs,
            new RepositoryInit(encryption, access.Passphrase, "first", TimeProvider.System)
        );
        await using BackupRepository repository = await BackupRepository.OpenAsync(blobs, access);
        RunId? parent = null;
        for (int number = 1; number <= 2; number++)
        {
            parent = await WriteSetAsync(repository, number, parent, large);
        }

        RunOpened aborted = await repository.Log.OpenRunAsync(Samples.Run(3), "acme");
        await repository.Log.AbortAsync(aborted.Run, "given up");
    }

    /// <summary>Rotates the keys, and commits a set whose new chunks are sealed with the new ones.</summary>
    public static async Task RotateAndGoOnAsync(IBlobStore blobs, string cache)
    {
        RepositoryAccess access = Access(RepositoryAccess.EncryptionPassphrase, cache);
        await using (BackupRepository rotating = await BackupRepository.OpenAsync(blobs, access))
        {
            await rotating.KeyGenerations.RotateAsync([]);
        }

        await using BackupRepository repository = await BackupRepository.OpenAsync(blobs, access);
        await WriteSetAsync(repository, 3, Samples.Run(2), large: false, Samples.Run(6));
    }

    /// <summary>A host with a write-only key file commits a set.</summary>
    public static async Task ExportAndGoOnAsync(IBlobStore blobs, string cache)
    {
        byte[] text;
        RepositoryAccess access = Access(RepositoryAccess.EncryptionPassphrase, cache);
        await using (BackupRepository exporting = await BackupRepository.OpenAsync(blobs, access))
        {
            text = (await exporting.KeyGenerations.ExportWriteOnlyAsync([])).Text!;
        }

        access = access with { Passphrase = null, KeyFile = new Secret(Encoding.UTF8.GetString(text)) };
        await using BackupRepository repository = await BackupRepository.OpenAsync(blobs, access);
        await WriteOtherSetAsync(repository, Samples.Run(7));
    }

    /// <summary>One more set of files of its own, and of such that the other sets have.</summary>
    public static Task WriteOtherSetAsync(BackupRepository repository, RunId id, int number = 4) =>
        WriteSetAsync(repository, number, id == Samples.Run(1) ? null : Samples.Run(1), large: false, id);

    /// <summary>Loses every content pack, and stores again what the second set held of them.</summary>
    public static async Task LoseAndStoreAgainAsync(IBlobStore blobs, string encryption, string cache)
    {
        await using BackupRepository repository = await BackupRepository.OpenAsync(blobs, Access(encryption, cache));
        ChunkIndex index = await repository.LoadIndexAsync(
            (await repository.Log.ReadAsync()).State,
            CancellationToken.None
        );
        foreach (PackEntry pack in index.Packs.Where(pack => pack.Class == ChunkClass.Content))
        {
            await blobs.DeleteAsync(pack.Id.BlobName, CancellationToken.None);
        }

        await WriteSetAsync(repository, 2, Samples.Run(2), large: false, Samples.Run(4));
    }

    /// <summary>Loses one index blob and damages the other, and commits a set that heals both.</summary>
    public static async Task LoseIndexesAndHealAsync(IBlobStore blobs, string encryption, string cache)
    {
        await using BackupRepository repository = await BackupRepository.OpenAsync(blobs, Access(encryption, cache));
        ImmutableArray<ChunkIndexSummary> indexes = (await repository.Log.ReadAsync()).State.Indexes;
        await blobs.DeleteAsync(indexes[0].Id.BlobName, CancellationToken.None);
        await blobs.DeleteAsync(indexes[1].Id.BlobName, CancellationToken.None);
        await blobs.PutIfAbsentAsync(indexes[1].Id.BlobName, new byte[1000], CancellationToken.None);
        await WriteHealingSetAsync(repository, Samples.Run(5));
    }

    /// <summary>Forgets the first set, and gives up what only it needed, the packs written anew included.</summary>
    public static async Task ForgetAndPruneAsync(IBlobStore blobs, string encryption, string cache)
    {
        await using BackupRepository repository = await BackupRepository.OpenAsync(blobs, Access(encryption, cache));
        await repository.Log.ExpireAsync(state => Task.FromResult<IReadOnlyCollection<RunId>>([state.Sets[0].Id]));
        Assert.True(
            (await new Prune(repository, new PruneOptions(0)).RunAsync(CancellationToken.None)).RepackedBytes > 0
        );
    }

    /// <summary>One more set, of the second's files, as a backup commits it: what is lost of the index is written
    /// anew.</summary>
    public static async Task<RebuiltChunkIndex> WriteHealingSetAsync(BackupRepository repository, RunId id)
    {
        RebuiltChunkIndex? healed = null;
        await WriteSetAsync(
            repository,
            2,
            Samples.Run(2),
            large: false,
            id,
            async state => healed = await repository.HealIndexAsync(state, id, readAll: true, CancellationToken.None)
        );
        return healed!;
    }

    private static async Task<RunId> WriteSetAsync(
        BackupRepository repository,
        int number,
        RunId? parent,
        bool large,
        RunId? id = null,
        Func<LogState, Task<RebuiltChunkIndex>>? heal = null
    )
    {
        RunOpened run = await repository.Log.OpenRunAsync(id ?? Samples.Run(number), "acme");
        ChunkIndex index = await repository.LoadIndexAsync(
            (await repository.Log.ReadAsync()).State,
            CancellationToken.None
        );
        using RunChunkIndex runIndex = await repository.LoadRunIndexAsync(run.Run, CancellationToken.None);
        SetManifest manifest = Samples.Manifest(run.Run, run.Base, parent);
        await using (
            RunWriter writer = repository.OpenRunWriter(
                run.Run,
                "all",
                index,
                runIndex,
                await repository.FindLostPacksAsync(index, CancellationToken.None)
            )
        )
        {
            (RootStamp copy, RootStamp store) = (
                await WriteRootAsync(writer, manifest.Roots[0], IndexFiles(number)),
                await WriteRootAsync(writer, manifest.Roots[1], StoreFiles(number, large))
            );
            ContentRef dump = await WriteAsync(writer, ChunkClass.Dump, Dump(number));
            CatalogueStamp catalogue = await SampleCatalogue.WriteAsync(writer, Nodes(number));
            manifest = manifest with
            {
                Roots = [copy, store],
                Database = manifest.Database! with { Dump = dump, Catalogue = catalogue },
                Totals = manifest.Totals with
                {
                    Files = copy.Files + store.Files,
                    Bytes = copy.Bytes + store.Bytes + dump.Length,
                },
            };
            await writer.CommitPageAsync(
                manifest.Installation,
                LogJson.Default.InstallationStamp,
                CancellationToken.None
            );
        }

        AddedChunkIndexes merge = await repository.MergeRunIndexAsync(
            run.Run,
            ["all"],
            known: null,
            CancellationToken.None
        );
        ImmutableArray<ChunkIndexBlob> healed = heal is null
            ? []
            : (await heal((await repository.Log.ReadAsync()).State)).Indexes;
        manifest = manifest with
        {
            Indexes = healed.AddRange(merge.Indexes),
            Totals = manifest.Totals with { AddedBytes = merge.AddedBytes, Chunks = merge.Chunks },
        };
        await repository.Log.CommitAsync(run.Run, run.Base, manifest);
        return run.Run;
    }

    private static IEnumerable<(ListingEntry Entry, byte[]? Bytes)> IndexFiles(int number) =>
        [
            (Samples.Folder(string.Empty), null),
            (Samples.Folder("workspace"), null),
            (Samples.File("workspace/_1.cfs"), Noise(100, 9000)),
            (Samples.File("workspace/segments_" + number), Noise(200 + number, 40)),
        ];

    private static IEnumerable<(ListingEntry Entry, byte[]? Bytes)> StoreFiles(int number, bool large)
    {
        yield return (Samples.Folder(string.Empty), null);
        yield return (Samples.Folder("2026"), null);
        yield return (Samples.Folder("2026/1", EntryFlags.Trusted), null);
        for (int i = 0; i < 15 + (10 * number); i++)
        {
            yield return (
                Samples.File($"2026/1/{i:0000}.bin") with
                {
                    Flags = i == 3 ? EntryFlags.SourceMissing : EntryFlags.None,
                },
                Noise(i, 100 * i)
            );
        }

        yield return (Samples.Folder("2026/empty"), null);
        byte[] odd = [.. "2026/odd \\ "u8, 0xFF, 0xFE, .. " \n漢字"u8];
        yield return (
            Samples.File("x") with
            {
                Path = odd,
                Owner = new FileOwner(uint.MaxValue, 5, string.Empty, "Größe"),
            },
            Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("Lorem ipsum. ", 3000)))
        );
        if (large)
        {
            yield return (Samples.File("2026/zeros.bin"), new byte[(16 << 20) + 12_345]);
        }
    }

    private static byte[] Dump(int number) =>
        Encoding.UTF8.GetBytes(
            string.Concat(
                Enumerable
                    .Range(0, 800 * number)
                    .Select(row => $"INSERT INTO alf_node VALUES ({row}, 'workspace', {row * 7919 % 1000});\n")
            )
        );

    /// <summary>Two groups of nodes, and one far away with all that a node can have.</summary>
    private static IEnumerable<CatalogueNode> Nodes(int number) =>
        SampleCatalogue
            .Nodes(20 * number)
            .Append(SampleCatalogue.Document(40_000 + number, "Ärger İstanbul \\ 漢字.txt", 3))
            .Append(
                new CatalogueNode(1L << 40, "archive://SpacesStore", "no uuid", string.Empty, 2)
                {
                    Modified = DateTimeOffset.UnixEpoch.AddMilliseconds(-number),
                    Label = "2.0",
                    VersionOf = SampleCatalogue.Uuid(7),
                    Contents =
                    [
                        new CatalogueContent("{urn:x}a", "s3://bucket/key", null, string.Empty),
                        new CatalogueContent("{urn:x}b", string.Empty, long.MaxValue - 1, "text/plain"),
                    ],
                }
            );

    private static byte[] Noise(int seed, int length)
    {
        byte[] bytes = new byte[length];
        new Random(Seed + seed).NextBytes(bytes);
        return bytes;
    }

    private static async Task<ContentRef> WriteAsync(RunWriter writer, ChunkClass chunkClass, byte[] bytes)
    {
        using var stream = new MemoryStream(bytes);
        return await writer.WriteAsync(chunkClass, stream, CancellationToken.None);
    }

    private static async Task<RootStamp> WriteRootAsync(
        RunWriter writer,
        RootStamp stamp,
        IEnumerable<(ListingEntry Entry, byte[]? Bytes)> files
    )
    {
        ListingWriter listing = new(writer);
        await using RequiredListWriter required = new(writer);
        foreach ((ListingEntry entry, byte[]? bytes) in files)
        {
            ContentRef? content = bytes is null ? null : await WriteAsync(writer, stamp.Class, bytes);
            if (content is { Chunks.Length: > 1 })
            {
                content = await IndirectAsync(writer, content);
            }

            await listing.AddAsync(entry with { Content = content }, CancellationToken.None);
            if (content is not null && stamp.Class == ChunkClass.Content && entry.Path.Length % 2 == 1)
            {
                await required.AddAsync(
                    new RequiredFile(entry.Path, content.Length, required.Count),
                    CancellationToken.None
                );
            }
        }

        await using ListingRoot root = new(writer);
        foreach (SegmentRow row in await listing.CompleteAsync(CancellationToken.None))
        {
            await root.AddAsync(row, CancellationToken.None);
        }

        ListingSummary summary = await root.CompleteAsync(CancellationToken.None);
        RequiredListSummary? list = required.Count == 0 ? null : await required.CompleteAsync(CancellationToken.None);
        return stamp with
        {
            Listing = summary.Listing,
            Required = list?.List,
            RequiredSegments = list?.Segments,
            Files = summary.Files,
            Directories = summary.Directories,
            Bytes = summary.Bytes,
            RequiredFiles = required.Count,
        };
    }

    /// <summary>The same content with its ids one level down, as a file of more than 64 chunks has them.</summary>
    private static async Task<ContentRef> IndirectAsync(RunWriter writer, ContentRef content)
    {
        byte[] ids = new byte[content.Chunks.Length * ChunkId.Size];
        for (int i = 0; i < content.Chunks.Length; i++)
        {
            content.Chunks[i].Write(ids.AsSpan(i * ChunkId.Size));
        }

        return new ContentRef(
            content.Length,
            1,
            [await writer.AddChunkAsync(ChunkClass.Metadata, ids, CancellationToken.None)]
        );
    }

    /// <summary>All that the sets hold, a line each: what a restore would write, by its SHA-256.</summary>
    public static async Task<(ImmutableArray<string> Lines, LogHead Head)> ReadAsync(
        IBlobStore blobs,
        RepositoryAccess access,
        RememberedHead? remembered = null
    )
    {
        await using BackupRepository repository = await BackupRepository.OpenAsync(blobs, access);
        LogHead head = await repository.Log.ReadAsync(remembered);
        ChunkIndex index = await repository.LoadIndexAsync(head.State, CancellationToken.None);
        IChunkSource chunks = repository.CreateReader(index, null);
        ImmutableArray<string>.Builder lines = ImmutableArray.CreateBuilder<string>();
        foreach (SetSummary set in head.State.Sets)
        {
            SetManifest manifest = await repository.Log.ReadManifestAsync(set);
            foreach (RootStamp root in manifest.Roots)
            {
                await foreach (
                    ListingEntry entry in new ListingReader(chunks, root.Listing).ReadAsync(CancellationToken.None)
                )
                {
                    string bytes = entry.Content is { } content
                        ? $"{content.Length} {await HashAsync(chunks, content, root.Class)}"
                        : "-";
                    FileOwner owner = entry.Owner;
                    lines.Add(
                        $"{set.Id} {root.Name} {Convert.ToHexStringLower(entry.Path)} {(int)entry.Flags} {entry.Mode} {owner.Uid}:{owner.Gid}:{owner.User}:{owner.Group} {entry.MtimeNs} {entry.CtimeNs} {bytes}"
                    );
                }

                if (root.Required is { } required)
                {
                    await foreach (
                        RequiredFile file in new RequiredListReader(chunks, required).ReadAsync(CancellationToken.None)
                    )
                    {
                        lines.Add(
                            $"{set.Id} {root.Name} required {Convert.ToHexStringLower(file.Path)} {file.Size ?? -1} {file.UrlId}"
                        );
                    }
                }
            }

            lines.Add($"{set.Id} dump {await HashAsync(chunks, manifest.Database!.Dump, ChunkClass.Dump)}");
            if (manifest.Database.Catalogue is { } stamp)
            {
                CatalogueReader catalogue = await CatalogueReader.OpenAsync(
                    new CatalogueSegments(chunks),
                    stamp,
                    CancellationToken.None
                );
                await foreach (CatalogueNode node in catalogue.ReadAsync(wants: null, CancellationToken.None))
                {
                    lines.Add($"{set.Id} {LineOf(node)}");
                }
            }
        }

        return (lines.ToImmutable(), head);
    }

    private static string LineOf(CatalogueNode node) =>
        $"node {node.Id} {node.Parent} {node.Store} {node.Uuid} {node.Name} {node.IsHome} "
        + $"{node.Modified?.ToUnixTimeMilliseconds()} {node.Label} {node.VersionOf} "
        + string.Join(
            ' ',
            node.Contents.Select(content => $"{content.Property} {content.Url} {content.Size ?? -1} {content.Mimetype}")
        );

    private static async Task<string> HashAsync(IChunkSource chunks, ContentRef content, ChunkClass chunkClass)
    {
        await using Stream stream = chunks.OpenRead(content, chunkClass);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream));
    }
}
