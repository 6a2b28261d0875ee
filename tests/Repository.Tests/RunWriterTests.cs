using System.Globalization;
using System.Runtime.CompilerServices;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;
using AlfrescoBackupFlows.Repository.Runs;
using AlfrescoBackupFlows.Repository.Tests.Fakes;
using AlfrescoBackupFlows.Repository.Tests.Support;
using AlfrescoBackupFlows.Storage;
using AlfrescoBackupFlows.Storage.Directories;
using AlfrescoBackupFlows.Testing;

namespace AlfrescoBackupFlows.Repository.Tests;

public sealed class RunWriterTests
{
    [Theory]
    [InlineData(ChunkClass.Content)]
    [InlineData(ChunkClass.Dump)]
    [InlineData(ChunkClass.Index)]
    [InlineData(ChunkClass.Metadata)]
    public async Task What_is_written_is_read_back(ChunkClass chunkClass)
    {
        await using OpenedRepository opened = await OpenedRepository.CreateAsync();
        byte[][] contents =
        [
            [],
            [7],
            Content.Text(1000, 1),
            Content.Random(300_000, 2),
            Content.Text(5_000_000, 3),
            Content.Random(16 << 20, 4),
            Content.Random(40_000_001, 5),
        ];
        List<ContentRef> references = [];
        await using (RunWriter writer = opened.OpenWriter("a"))
        {
            foreach (byte[] content in contents)
            {
                references.Add(await writer.WriteAsync(chunkClass, content));
            }

            await writer.CommitPageAsync(
                new PageResult("me", references[0]),
                TestJson.Default.PageResult,
                CancellationToken.None
            );
        }

        await opened.ReloadAsync();
        IChunkSource reader = opened.OpenReader();
        for (int i = 0; i < contents.Length; i++)
        {
            Assert.True(references[i].IsPlausible);
            Assert.Equal(contents[i], await reader.ReadAsync(references[i], chunkClass));
        }
    }

    [Fact]
    public async Task Packs_of_large_files_are_filled_to_32_MiB()
    {
        await using OpenedRepository opened = await OpenedRepository.CreateAsync();
        await using RunWriter writer = opened.OpenWriter("a");
        await writer.WriteAsync(ChunkClass.Content, Content.Random(64 << 20, 4));
        await writer.CommitPageAsync(
            new PageResult("me", ContentRef.Empty),
            TestJson.Default.PageResult,
            CancellationToken.None
        );
        Assert.Equal(2, (await opened.NamesAsync("packs/")).Count);
    }

    [Fact]
    public async Task Packs_in_a_directory_hold_one_chunk_of_16_MiB_and_of_small_files_8192()
    {
        using var directory = new TempDirectory();
        await using OpenedRepository opened = await OpenedRepository.CreateAsync(
            await DirectoryBlobStore.CreateAsync(directory.Path, TimeProvider.System, CancellationToken.None)
        );
        await using RunWriter writer = opened.OpenWriter("a");
        await writer.WriteAsync(ChunkClass.Content, Content.Random(32 << 20, 1));
        byte[] small = Content.Random(8300 << 10, 2);
        for (int i = 0; i < 8300; i++)
        {
            await writer.AddChunkAsync(ChunkClass.Dump, small.AsMemory(i << 10, 1 << 10), CancellationToken.None);
        }

        await writer.CommitPageAsync(
            new PageResult("me", ContentRef.Empty),
            TestJson.Default.PageResult,
            CancellationToken.None
        );
        long[] lengths = await opened
            .Blobs.ListAsync("packs/", CancellationToken.None)
            .Select(pack => pack.Length)
            .OrderDescending()
            .ToArrayAsync();
        Assert.Equal((long[])[16, 16, 8, 0], lengths.Select(length => length >> 20));
    }

    [Theory]
    [InlineData(ChunkClass.Content, false)]
    [InlineData(ChunkClass.Dump, false)]
    [InlineData(ChunkClass.Index, false)]
    [InlineData(ChunkClass.Metadata, true)]
    public void Packs_that_every_run_reads_are_told_by_name_from_those_that_a_restore_reads(
        ChunkClass chunkClass,
        bool atHand
    )
    {
        string[] names = [.. Enumerable.Range(0, 1000).Select(_ => PackId.Draw(chunkClass).BlobName)];

        Assert.All(names, name => Assert.Equal(atHand, name.StartsWith("packs/f", StringComparison.Ordinal)));
        Assert.Equal(names.Length, names.Distinct().Count());
        Assert.InRange(
            names.Select(name => name["packs/".Length..][..2]).Distinct().Count(),
            atHand ? 12 : 200,
            atHand ? 16 : 240
        );
    }

    [Fact]
    public async Task What_is_stored_is_not_stored_again()
    {
        await using OpenedRepository opened = await OpenedRepository.CreateAsync();
        byte[] content = Content.Random(1_000_000, 1);
        await using RunWriter first = opened.OpenWriter("a");
        ContentRef reference = await first.WriteAsync(ChunkClass.Content, content);
        Assert.Equal(reference, await first.WriteAsync(ChunkClass.Content, content));
        await first.CommitPageAsync(
            new PageResult("first", reference),
            TestJson.Default.PageResult,
            CancellationToken.None
        );
        BlobItem pack = Assert.Single(await opened.Blobs.ListAsync("packs/", CancellationToken.None).ToListAsync());
        Assert.InRange(pack.Length, content.Length, content.Length + 1000);
        await using RunWriter second = opened.OpenWriter("b");
        Assert.Equal(reference, await second.WriteAsync(ChunkClass.Content, content));
        await second.CommitPageAsync(
            new PageResult("second", reference),
            TestJson.Default.PageResult,
            CancellationToken.None
        );
        Assert.Equal([pack.Name], await opened.NamesAsync("packs/"));
    }

    [Fact]
    public async Task Of_two_writers_of_a_page_the_first_counts_and_both_return_its_result()
    {
        await using OpenedRepository opened = await OpenedRepository.CreateAsync();
        byte[] content = Content.Random(2_000_000, 1);
        Task<PageResult>[] attempts =
        [
            .. Enumerable
                .Range(0, 4)
                .Select(number =>
                    Task.Run(async () =>
                    {
                        await using RunWriter writer = opened.OpenWriter("range-1");
                        ContentRef reference = await writer.WriteAsync(ChunkClass.Content, content);
                        return await writer.CommitPageAsync(
                            new PageResult($"attempt {number}", reference),
                            TestJson.Default.PageResult,
                            CancellationToken.None
                        );
                    })
                ),
        ];
        PageResult[] results = await Task.WhenAll(attempts);
        Assert.Single(results.Distinct());
        Assert.Equal(
            results[0],
            await opened.Repository.Pages.TryReadAsync(
                OpenedRepository.Run,
                "range-1",
                TestJson.Default.PageResult,
                CancellationToken.None
            )
        );

        // The set is made of what the winner's page names.
        AddedChunkIndexes merge = await opened.Repository.MergeRunIndexAsync(
            OpenedRepository.Run,
            ["range-1"],
            known: null,
            CancellationToken.None
        );
        using ChunkIndex index = await LoadAsync(opened, merge);
        Assert.Equal(
            content,
            await opened.Repository.CreateReader(index, null).ReadAsync(results[0].Content, ChunkClass.Content)
        );
    }

    [Fact]
    public async Task Chunks_of_one_activity_may_be_many_more_than_a_blob_has_rows()
    {
        await using OpenedRepository opened = await OpenedRepository.CreateAsync();
        ChunkId[] chunks;
        int most;
        await using (RunWriter writer = opened.OpenWriter("a", rowsPerBlob: 50))
        {
            (chunks, most) = await AddManyAsync(writer, 2000);
            await writer.CommitPageAsync(
                new PageResult("me", ContentRef.Empty),
                TestJson.Default.PageResult,
                CancellationToken.None
            );
        }

        // Two packs of one chunk each are on their way at once.
        Assert.InRange(most, 50, 60);
        Assert.True((await opened.NamesAsync("index/")).Count >= 2000 / 60);

        // For those who come later in the run, and for the set.
        await opened.ReloadAsync();
        Assert.All(chunks, chunk => Assert.True(opened.RunChunkIndex.TryFind(chunk, out _)));
        AddedChunkIndexes added = await opened.Repository.MergeRunIndexAsync(
            OpenedRepository.Run,
            ["a"],
            known: null,
            CancellationToken.None
        );
        using ChunkIndex index = await LoadAsync(opened, added);
        Assert.All(chunks, chunk => Assert.True(index.TryFind(chunk, out _)));
        Assert.Equal(chunks.Length, added.Chunks);
        Assert.Equal(chunks.Length, index.Places.Count());
    }

    [Fact]
    public async Task Rows_of_many_chunks_are_stored_once()
    {
        const int Count = 5000;
        await using OpenedRepository opened = await OpenedRepository.CreateAsync();
        List<ChunkId> chunks = [];
        await using (RunWriter writer = opened.OpenWriter("a"))
        {
            for (int i = 0; i < Count; i++)
            {
                chunks.Add(
                    await writer.AddChunkAsync(ChunkClass.Content, Content.Random(40, i), CancellationToken.None)
                );
            }

            await writer.CommitPageAsync(
                new PageResult("me", ContentRef.Empty),
                TestJson.Default.PageResult,
                CancellationToken.None
            );
        }

        // The set has the index blob as it is, and the page only names it.
        IReadOnlyList<string> stored = await opened.NamesAsync("index/");
        Assert.Single(stored);
        BlobItem page = Assert.Single(await opened.Blobs.ListAsync("runs/", CancellationToken.None).ToListAsync());
        Assert.InRange(page.Length, 1, 1000);
        await opened.ReloadAsync();
        Assert.All(chunks, chunk => Assert.True(opened.RunChunkIndex.TryFind(chunk, out _)));
        AddedChunkIndexes added = await opened.Repository.MergeRunIndexAsync(
            OpenedRepository.Run,
            ["a"],
            known: null,
            CancellationToken.None
        );
        Assert.Equal(stored, await opened.NamesAsync("index/"));
        Assert.Equal(Count, added.Chunks);
        using ChunkIndex index = await LoadAsync(opened, added);
        Assert.All(chunks, chunk => Assert.True(index.TryFind(chunk, out _)));
    }

    [Fact]
    public async Task An_attempt_after_a_kill_adopts_more_chunks_than_a_blob_has_rows()
    {
        await using OpenedRepository opened = await OpenedRepository.CreateAsync();
        await using (RunWriter killed = opened.OpenSlowWriter("a", rowsPerBlob: 50))
        {
            await AddManyAsync(killed, 500);
            while ((await opened.NamesAsync($"runs/{OpenedRepository.Run}/packs/")).Count < 499)
            {
                await Task.Yield();
            }
        }

        int packs = (await opened.NamesAsync("packs/")).Count;
        await opened.ReloadAsync();
        await using RunWriter again = opened.OpenWriter("a", rowsPerBlob: 50);
        (ChunkId[] chunks, int most) = await AddManyAsync(again, 500);
        Assert.InRange(most, 50, 60);
        await again.CommitPageAsync(
            new PageResult("again", ContentRef.Empty),
            TestJson.Default.PageResult,
            CancellationToken.None
        );
        Assert.Equal(packs + 1, (await opened.NamesAsync("packs/")).Count);
        AddedChunkIndexes added = await opened.Repository.MergeRunIndexAsync(
            OpenedRepository.Run,
            ["a"],
            known: null,
            CancellationToken.None
        );
        using ChunkIndex index = await LoadAsync(opened, added);
        Assert.All(chunks, chunk => Assert.True(index.TryFind(chunk, out _)));
    }

    [Fact]
    public async Task Of_two_pages_with_blobs_of_rows_the_first_counts()
    {
        await using OpenedRepository opened = await OpenedRepository.CreateAsync();
        string[] winners = await Task.WhenAll(
            Enumerable
                .Range(0, 3)
                .Select(number =>
                    Task.Run(async () =>
                    {
                        await using RunWriter writer = opened.OpenWriter("a", rowsPerBlob: 20);
                        await AddManyAsync(writer, 200);
                        return (
                            await writer.CommitPageAsync(
                                new PageResult($"attempt {number}", ContentRef.Empty),
                                TestJson.Default.PageResult,
                                CancellationToken.None
                            )
                        ).Who;
                    })
                )
        );
        Assert.Single(winners.Distinct());
        AddedChunkIndexes added = await opened.Repository.MergeRunIndexAsync(
            OpenedRepository.Run,
            ["a"],
            known: null,
            CancellationToken.None
        );
        using ChunkIndex index = await LoadAsync(opened, added);
        Assert.Equal(200, index.Places.Count());
    }

    [Fact]
    public async Task A_page_that_is_gone_stops_the_merge_whatever_the_listing_shows()
    {
        await using OpenedRepository opened = await OpenedRepository.CreateAsync();
        await using RunWriter writer = opened.OpenWriter("a");
        await writer.CommitPageAsync(
            new PageResult("me", await writer.WriteAsync(ChunkClass.Content, [1])),
            TestJson.Default.PageResult,
            CancellationToken.None
        );
        PermanentException exception = await Assert.ThrowsAsync<PermanentException>(() =>
            opened.Repository.MergeRunIndexAsync(OpenedRepository.Run, ["a", "b"], known: null, CancellationToken.None)
        );
        Assert.Equal(ErrorKind.Repository, exception.Kind);
        Assert.Contains("/b'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_that_a_listing_does_not_show_is_read_by_its_name()
    {
        var blobs = new HidingStore("/a");
        await using OpenedRepository opened = await OpenedRepository.CreateAsync(blobs);
        await using RunWriter writer = opened.OpenWriter("a");
        await writer.CommitPageAsync(
            new PageResult("me", await writer.WriteAsync(ChunkClass.Content, [1])),
            TestJson.Default.PageResult,
            CancellationToken.None
        );
        Assert.Equal(
            0,
            (
                await opened.Repository.MergeRunIndexAsync(
                    OpenedRepository.Run,
                    [],
                    known: null,
                    CancellationToken.None
                )
            ).Chunks
        );
        Assert.Equal(
            1,
            (
                await opened.Repository.MergeRunIndexAsync(
                    OpenedRepository.Run,
                    ["a"],
                    known: null,
                    CancellationToken.None
                )
            ).Chunks
        );
    }

    [Fact]
    public async Task Streams_whose_chunks_the_set_would_not_find_and_packs_that_are_not_whole_are_not_sealed()
    {
        await using OpenedRepository opened = await OpenedRepository.CreateAsync();
        await using RunWriter writer = opened.OpenWriter("a");
        ContentRef dump = await writer.WriteAsync(ChunkClass.Dump, Content.Random(3_000_000, 1));
        await using var root = new ListingRoot(writer);
        var listing = new ListingWriter(writer) { KeepsDirectories = true };
        await listing.AddAsync(Samples.Folder(string.Empty), CancellationToken.None);
        foreach (SegmentRow row in await listing.CompleteAsync(CancellationToken.None))
        {
            await root.AddAsync(row, CancellationToken.None);
        }

        ContentRef names = (await root.CompleteAsync(CancellationToken.None)).Listing;
        ContentRef table = await DirectoryTable.WriteAsync(writer, listing.Directories, CancellationToken.None);
        ContentRef leadsNowhere = await DirectoryTable.WriteAsync(
            writer,
            listing.Directories.Select(row => row with { Chunk = new ChunkId(1) }),
            CancellationToken.None
        );
        await writer.CommitPageAsync(new PageResult("me", dump), TestJson.Default.PageResult, CancellationToken.None);
        AddedChunkIndexes merge = await opened.Repository.MergeRunIndexAsync(
            OpenedRepository.Run,
            ["a"],
            known: null,
            CancellationToken.None
        );
        await RequireAsync(merge.Indexes, dump, names, table);
        await Assert.ThrowsAsync<PermanentException>(() => RequireAsync(merge.Indexes, dump, names, leadsNowhere));
        await Assert.ThrowsAsync<PermanentException>(() => RequireAsync([], dump, names));
        await Assert.ThrowsAsync<PermanentException>(() => RequireAsync([], null, names));
        await Assert.ThrowsAsync<PermanentException>(() =>
            RequireAsync(merge.Indexes, dump with { Chunks = [new ChunkId(1)] }, names)
        );

        // The pack of the dump alone: nothing of it is read before the commit.
        string pack = (await opened.NamesAsync("packs/")).First(name =>
            !name.StartsWith("packs/f", StringComparison.Ordinal)
        );
        await opened.Blobs.DeleteAsync(pack, CancellationToken.None);
        await opened.Blobs.PutIfAbsentAsync(pack, new byte[1000], CancellationToken.None);
        PermanentException cut = await Assert.ThrowsAsync<PermanentException>(() =>
            RequireAsync(merge.Indexes, dump, names)
        );
        Assert.Equal(ErrorKind.Storage, cut.Kind);
        Assert.Contains($"'{pack}' has 1000 of its ", cut.Message, StringComparison.Ordinal);
        opened.Repository.MaxPacksAskedFor = 0;
        Assert.Equal(
            cut.Message,
            (await Assert.ThrowsAsync<PermanentException>(() => RequireAsync(merge.Indexes, dump, names))).Message
        );

        Task RequireAsync(
            IReadOnlyList<ChunkIndexBlob> added,
            ContentRef? database,
            ContentRef listed,
            ContentRef? directories = null
        ) =>
            opened.Repository.RequireStreamsAsync(
                opened.Index,
                LostPacks.None,
                added,
                opened.OpenReader(),
                database is null ? null : Samples.Manifest(OpenedRepository.Run, 0).Database! with { Dump = database },
                [(listed, null, directories)],
                shortcuts: [],
                CancellationToken.None
            );
    }

    [Fact]
    public async Task An_attempt_after_a_kill_uses_the_receipts_and_uploads_nothing_again()
    {
        await using OpenedRepository opened = await OpenedRepository.CreateAsync();
        byte[] content = Content.Random(70_000_000, 1);
        ContentRef reference;
        await using (RunWriter killed = opened.OpenSlowWriter("a"))
        {
            reference = await killed.WriteAsync(ChunkClass.Content, content);
            await killed.WriteAsync(ChunkClass.Dump, [1, 2, 3]);

            // Disposal cancels uploads; wait until those that were begun are in the store, as a kill between two
            // requests would find them.
            while ((await opened.NamesAsync($"runs/{OpenedRepository.Run}/packs/")).Count < 3)
            {
                await Task.Yield();
            }
        }

        IReadOnlyList<string> packs = await opened.NamesAsync("packs/");
        await opened.ReloadAsync();
        await using RunWriter again = opened.OpenWriter("a");
        Assert.Equal(reference, await again.WriteAsync(ChunkClass.Content, content));
        await again.CommitPageAsync(
            new PageResult("again", reference),
            TestJson.Default.PageResult,
            CancellationToken.None
        );
        Assert.Equal(packs, await opened.NamesAsync("packs/"));

        // Chunks that are known from receipts alone make it into the set.
        AddedChunkIndexes merge = await opened.Repository.MergeRunIndexAsync(
            OpenedRepository.Run,
            ["a"],
            known: null,
            CancellationToken.None
        );
        using ChunkIndex index = await LoadAsync(opened, merge);
        Assert.Equal(
            content,
            await opened.Repository.CreateReader(index, null).ReadAsync(reference, ChunkClass.Content)
        );
    }

    [Fact]
    public async Task A_step_that_comes_to_its_page_at_once_has_a_request_for_each_pack_and_no_receipt()
    {
        await using OpenedRepository opened = await OpenedRepository.CreateAsync();
        await using RunWriter writer = opened.OpenWriter("a");
        ContentRef content = await writer.WriteAsync(ChunkClass.Content, Content.Random(70_000_000, 1));
        await writer.WriteAsync(ChunkClass.Metadata, Content.Random(1000, 2));
        await writer.CommitPageAsync(
            new PageResult("me", content),
            TestJson.Default.PageResult,
            CancellationToken.None
        );
        Assert.Equal(4, (await opened.NamesAsync("packs/")).Count);
        Assert.Equal([$"runs/{OpenedRepository.Run}/a"], await opened.NamesAsync("runs/"));

        // Of a run that ends without a set, the page alone says what is to be deleted.
        await opened.Repository.Log.OpenRunAsync(OpenedRepository.Run, "acme");
        Assert.Equal(
            4,
            (await opened.Repository.DeleteLeftoversAsync(OpenedRepository.Run, CancellationToken.None)).Packs
        );
        Assert.Empty(await opened.NamesAsync("packs/"));
    }

    [Fact]
    public async Task A_step_that_ends_without_a_page_leaves_receipts_of_what_it_stored()
    {
        await using OpenedRepository opened = await OpenedRepository.CreateAsync();
        await using (RunWriter failed = opened.OpenWriter("a"))
        {
            // A change of the class closes a pack.
            await failed.WriteAsync(ChunkClass.Content, Content.Random(1000, 1));
            await failed.WriteAsync(ChunkClass.Dump, [1, 2, 3]);
            while ((await opened.NamesAsync("packs/")).Count == 0)
            {
                await Task.Yield();
            }
        }

        string pack = Assert.Single(await opened.NamesAsync("packs/"));
        Assert.EndsWith(
            $"/packs/{pack[^32..]}",
            Assert.Single(await opened.NamesAsync("runs/")),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_step_that_ends_between_its_last_pack_and_its_page_leaves_receipts()
    {
        await using OpenedRepository opened = await OpenedRepository.CreateAsync();
        await using (RunWriter failed = opened.OpenWriter("a"))
        {
            ContentRef content = await failed.WriteAsync(ChunkClass.Content, Content.Random(1000, 1));
            PageResult result = new("me", content);
            using var gone = new CancellationTokenSource();
            Assert.Null(await failed.TryKeepPageAsync(result, TestJson.Default.PageResult, most: 0, gone.Token));
            await gone.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
                failed.CommitPageAsync(result, TestJson.Default.PageResult, gone.Token)
            );
        }

        string pack = Assert.Single(await opened.NamesAsync("packs/"));
        Assert.Equal([$"runs/{OpenedRepository.Run}/packs/{pack[^32..]}"], await opened.NamesAsync("runs/"));
    }

    [Fact]
    public async Task A_receipt_of_another_pack_than_its_own_is_passed_over()
    {
        await using OpenedRepository opened = await OpenedRepository.CreateAsync();
        PackEntry[] packs =
        [
            new(new PackId(1), 1000, ChunkClass.Content),
            new(new PackId(2), 1000, ChunkClass.Content),
        ];
        foreach (PackEntry pack in packs)
        {
            var place = new ChunkPlace(
                new ChunkId(pack.Id.Value),
                packs[0],
                Frame: 0,
                FrameOffset: ObjectHeader.Size,
                SealedLength: 100,
                Offset: 0,
                Length: 50
            );
            string name = RunNames.Receipt(OpenedRepository.Run, pack.Id);
            await opened.Blobs.PutIfAbsentAsync(
                name,
                opened.Repository.Blobs.Cipher.Seal(ObjectType.Receipt, name, ChunkIndexTable.Encode([place])),
                CancellationToken.None
            );
        }

        await opened.ReloadAsync();
        Assert.True(opened.RunChunkIndex.TryFind(new ChunkId(1), out _));
        Assert.False(opened.RunChunkIndex.TryFind(new ChunkId(2), out _));
    }

    [Fact]
    public async Task Disposal_without_a_page_leaves_no_page_and_gives_all_memory_back()
    {
        await using OpenedRepository opened = await OpenedRepository.CreateAsync();
        for (int i = 0; i < 5; i++)
        {
            await using RunWriter writer = opened.OpenWriter("a");
            await writer.WriteAsync(ChunkClass.Content, Content.Random(40_000_000, i));
        }

        Assert.Null(
            await opened.Repository.Pages.TryReadAsync(
                OpenedRepository.Run,
                "a",
                TestJson.Default.PageResult,
                CancellationToken.None
            )
        );
    }

    [Fact]
    public async Task The_first_fault_of_an_upload_stops_the_writer()
    {
        var blobs = new FailingPuts("packs/");
        await using OpenedRepository opened = await OpenedRepository.CreateAsync(blobs);
        await using RunWriter writer = opened.OpenWriter("a");
        await writer.WriteAsync(ChunkClass.Content, [1, 2, 3]);
        PermanentException exception = await Assert.ThrowsAsync<PermanentException>(() =>
            writer.CommitPageAsync(
                new PageResult("me", ContentRef.Empty),
                TestJson.Default.PageResult,
                CancellationToken.None
            )
        );
        Assert.Equal(ErrorKind.Storage, exception.Kind);
        await Assert.ThrowsAsync<PermanentException>(() => writer.WriteAsync(ChunkClass.Content, [4]));
        Assert.Empty(await opened.NamesAsync("runs/"));
    }

    [Fact]
    public async Task A_lost_answer_is_answered_with_the_same_bytes()
    {
        var blobs = new LostAnswers();
        await using OpenedRepository opened = await OpenedRepository.CreateAsync(blobs);
        await using RunWriter writer = opened.OpenWriter("a");
        blobs.Lose = true;
        ContentRef reference = await writer.WriteAsync(ChunkClass.Content, Content.Random(3_000_000, 1));
        PageResult result = await writer.CommitPageAsync(
            new PageResult("me", reference),
            TestJson.Default.PageResult,
            CancellationToken.None
        );
        Assert.Equal(new PageResult("me", reference), result);
        Assert.Single(await opened.NamesAsync("packs/"));
    }

    /// <summary>One chunk a pack: a change of the class closes it.</summary>
    private static async Task<(ChunkId[] Chunks, int MostInMemory)> AddManyAsync(RunWriter writer, int count)
    {
        ChunkId[] chunks = new ChunkId[count];
        int most = 0;
        for (int i = 0; i < count; i++)
        {
            chunks[i] = await writer.AddChunkAsync(
                i % 2 == 0 ? ChunkClass.Content : ChunkClass.Dump,
                Content.Random(40, i),
                CancellationToken.None
            );
            most = Math.Max(most, OwnChunks(writer).Count);
        }

        return (chunks, most);
    }

    /// <summary>Chunks that the writer keeps in memory: nothing else shows that their number is bounded.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_own")]
    private static extern ref HashSet<ChunkId> OwnChunks(RunWriter writer);

    private static Task<ChunkIndex> LoadAsync(OpenedRepository opened, AddedChunkIndexes merge) =>
        ChunkIndex.LoadAsync(
            opened.Repository.Blobs,
            UInt128.Parse(opened.Repository.Id, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture),
            opened.CacheDirectory,
            [.. merge.Indexes.Select(row => new ChunkIndexSummary(row.Id, 1, row.Rows))],
            CancellationToken.None
        );
}
