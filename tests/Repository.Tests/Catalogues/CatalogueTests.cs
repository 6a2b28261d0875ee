using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Catalogues;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Tests.Fakes;

namespace AlfrescoBackupFlows.Repository.Tests.Catalogues;

public sealed class CatalogueTests
{
    private static readonly CancellationToken Never = CancellationToken.None;

    [Fact]
    public async Task Segments_that_have_a_part_of_a_name_nowhere_are_told_apart_whatever_its_case()
    {
        MemoryChunks chunks = new();
        CatalogueStamp stamp = await SampleCatalogue.WriteAsync(chunks, SampleCatalogue.Nodes(9000));
        CatalogueSegments segments = new(chunks);
        CatalogueReader reader = await CatalogueReader.OpenAsync(segments, stamp, Never);
        CatalogueSegmentRow[] rows = [.. reader.Rows.Take(CatalogueSegments.Batch)];

        IReadOnlySet<CatalogueSegmentRow> without = await segments.ReadAheadAsync(
            rows,
            NamePart.TryCreate("dOCUMENT 4567.P"),
            Never
        );

        CatalogueSegmentRow has = Assert.Single(rows.Except(without));
        Assert.Contains(await segments.ReadAsync(has, Never), static node => node.Name == "Document 4567.pdf");
        Assert.Empty(await segments.ReadAheadAsync(rows, part: null, Never));
    }

    [Fact]
    public async Task Nodes_come_back_as_they_were_written()
    {
        MemoryChunks chunks = new();
        List<CatalogueNode> nodes = SampleCatalogue.Nodes(3000);
        nodes.Add(
            new CatalogueNode(1L << 50, string.Empty, "odd / ü", string.Empty, 0)
            {
                Modified = DateTimeOffset.MaxValue.AddTicks(-9999),
            }
        );
        nodes[^1] = nodes[^1] with
        {
            Contents =
            [
                new CatalogueContent("p", "", null, ""),
                new CatalogueContent("q", "s3://b/k", long.MaxValue - 1, "m"),
            ],
        };

        CatalogueStamp stamp = await SampleCatalogue.WriteAsync(chunks, nodes);
        CatalogueReader reader = await OpenAsync(chunks, stamp);
        List<CatalogueNode> read = await reader.ReadAsync(null, Never).ToListAsync(Never);

        Assert.Equal(nodes.Select(SampleCatalogue.Text), read.Select(SampleCatalogue.Text));
        Assert.Equal(nodes.Count, stamp.Nodes);
        Assert.Equal(nodes.Sum(node => node.Contents.Length), stamp.Contents);
        Assert.Equal([2], stamp.Homes);
    }

    [Fact]
    public async Task Segments_are_kept_by_what_they_take_and_none_is_read_that_is_too_long()
    {
        MemoryChunks chunks = new();
        List<CatalogueNode> nodes = SampleCatalogue.Nodes(5000);
        CatalogueStamp stamp = await SampleCatalogue.WriteAsync(chunks, nodes);
        CatalogueSegments roomy = new(chunks);
        CatalogueSegments narrow = new(chunks, maxBytes: 600_000);
        foreach (CatalogueSegments segments in (CatalogueSegments[])[roomy, narrow])
        {
            CatalogueReader reader = await CatalogueReader.OpenAsync(segments, stamp, Never);
            foreach (CatalogueSegmentRow row in reader.Rows.Concat(reader.Rows.Reverse()))
            {
                await segments.ReadAsync(row, Never);
            }

            // Some 200 KB each: of the way back, two or three are at hand.
            int rows = reader.Rows.Count;
            Assert.True(rows > 10);
            Assert.InRange(
                segments.Read,
                segments == roomy ? rows : (2 * rows) - 4,
                segments == roomy ? rows : (2 * rows) - 1
            );
        }

        var refused = Assert.Throws<PermanentException>(() =>
            CatalogueSegment.Decode(new byte[(8 << 20) + 17], new CatalogueSegmentRow(0, default, 1, 0))
        );
        Assert.Contains("no segment has more", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_catalogue_has_nothing()
    {
        MemoryChunks chunks = new();
        CatalogueStamp stamp = await SampleCatalogue.WriteAsync(chunks, []);
        CatalogueReader reader = await OpenAsync(chunks, stamp);
        Assert.Empty(await reader.ReadAsync(null, Never).ToListAsync(Never));
        Assert.Empty(await reader.FindByUuidAsync("x", Never));
        Assert.Empty(await reader.FindByPathAsync("Sites/x", Never));
        Assert.Null(await reader.FindAsync(7, Never));
    }

    [Fact]
    public async Task A_node_is_found_by_whatever_names_it()
    {
        MemoryChunks chunks = new();
        List<CatalogueNode> nodes = SampleCatalogue.Nodes(20_000);
        CatalogueReader reader = await OpenAsync(chunks, await SampleCatalogue.WriteAsync(chunks, nodes));
        CatalogueNode document = nodes.Find(node => node.Name == "Document 12340.pdf")!;
        long[] versions = [document.Id + 1, document.Id + 2];

        Assert.Equal(document.Id, (await reader.FindAsync(document.Id, Never))!.Id);
        Assert.Equal(
            document.Id,
            Assert.Single(await reader.FindByUuidAsync(document.Uuid.ToUpperInvariant(), Never)).Id
        );
        Assert.Equal(
            versions,
            await reader.ReadVersionsAsync(document.Uuid, Never).Select(node => node.Id).ToListAsync(Never)
        );
        Assert.Equal(
            [document.Id, .. versions],
            (await reader.FindByNameAsync("DOCUMENT 12340.PDF", Never)).Select(node => node.Id)
        );
        Assert.Empty(await reader.FindByNameAsync("Document 12340", Never));
        foreach (
            string path in new[]
            {
                "Sites/Folder 123/Document 12340.pdf",
                "/company home/sites/folder 123/document 12340.PDF",
            }
        )
        {
            Assert.Equal(document.Id, Assert.Single(await reader.FindByPathAsync(path, Never)).Id);
        }

        Assert.Empty(await reader.FindByPathAsync("Sites/Folder 122/Document 12340.pdf", Never));
        Assert.Empty(await reader.FindByPathAsync("//", Never));
        Assert.Equal("Sites/Folder 123/Document 12340.pdf", await reader.PathOfAsync(document, Never));
        CatalogueNode version = (await reader.FindAsync(versions[1], Never))!;
        Assert.Equal("Sites/Folder 123/Document 12340.pdf", await reader.PathOfAsync(version, Never));
    }

    [Fact]
    public async Task Those_who_use_content_urls_are_told_with_their_paths()
    {
        MemoryChunks chunks = new();
        List<CatalogueNode> nodes = SampleCatalogue.Nodes(5000);
        CatalogueNode document = nodes.Find(node => node.Name == "Document 4321.pdf")!;
        nodes.Add(
            SampleCatalogue.Document(1_000_000, "Copy.pdf", 3) with
            {
                Contents =
                [
                    new CatalogueContent("{x}other", "store://1/1/1/1/1/none.bin", 1, string.Empty),
                    document.Contents[0] with
                    {
                        Property = "{x}copy",
                        Mimetype = "text/plain",
                    },
                ],
            }
        );
        CatalogueReader reader = await OpenAsync(chunks, await SampleCatalogue.WriteAsync(chunks, nodes));

        string[] urls =
        [
            .. nodes
                .Where(node => node.Id is > 500 and < 900)
                .SelectMany(node => node.Contents)
                .Select(content => content.Url),
        ];
        List<ContentUse> uses = await reader
            .FindUsesAsync([document.Contents[0].Url, "store://nobody", .. urls], Never)
            .ToListAsync(Never);

        Assert.Equal(urls.Length + 2, uses.Count);
        Assert.Equal(urls, uses[..^2].Select(use => use.Content.Url));
        Assert.Equal(
            (document.NodeRef, "Sites/Folder 43/Document 4321.pdf", "application/pdf", document.Id * 10),
            Of(uses[^2])
        );
        Assert.Equal((nodes[^1].NodeRef, "Sites/Copy.pdf", "text/plain", document.Id * 10), Of(uses[^1]));

        static (string, string?, string, long?) Of(ContentUse use) =>
            (use.Node.NodeRef, use.Path, use.Content.Mimetype, use.Content.Size);
    }

    [Fact]
    public async Task A_look_up_reads_the_filters_of_its_kind_and_few_segments()
    {
        MemoryChunks chunks = new();
        List<CatalogueNode> nodes = SampleCatalogue.Nodes(60_000);
        CatalogueStamp stamp = await SampleCatalogue.WriteAsync(chunks, nodes);
        CatalogueReader reader = await OpenAsync(chunks, stamp);
        int groups = (int)(nodes[^1].Id / (512 * 64)) + 1;

        int before = chunks.Reads;
        Assert.Single(await reader.FindByUuidAsync(nodes[55_555].Uuid, Never));
        Assert.InRange(chunks.Reads - before, groups + 1, groups + 6);
    }

    [Fact]
    public async Task What_is_unchanged_is_stored_once()
    {
        MemoryChunks chunks = new();
        List<CatalogueNode> nodes = SampleCatalogue.Nodes(25_000);
        CatalogueStamp first = await SampleCatalogue.WriteAsync(chunks, nodes);
        int stored = chunks.Added;
        Assert.Equal(first.Table, (await SampleCatalogue.WriteAsync(chunks, nodes)).Table);
        Assert.Equal(stored, chunks.Added);

        // A new content: its segment, the filter of its group, and the table, which the fake cuts every 1,000 bytes.
        nodes[20_000] = nodes[20_000] with
        {
            Contents = [new CatalogueContent(SampleCatalogue.Content, "store://new", 1, "text/plain")],
        };
        CatalogueStamp second = await SampleCatalogue.WriteAsync(chunks, nodes);
        int table = (int)(second.Table.Length / 1000) + 2;
        Assert.InRange(chunks.Added - stored, 3, table + 2);
        Assert.Equal(first.Folders, second.Folders);
    }

    [Fact]
    public async Task A_catalogue_of_segments_that_are_taken_over_is_the_one_that_is_written_anew()
    {
        Random random = new(3);
        MemoryChunks chunks = new();
        List<CatalogueNode> nodes = SampleCatalogue.Nodes(50_000);
        CatalogueStamp before = await SampleCatalogue.WriteAsync(chunks, nodes);
        for (int round = 0; round < 6; round++)
        {
            HashSet<long> changed = [];
            foreach (int i in Enumerable.Range(0, round * round).Select(_ => random.Next(nodes.Count)).Distinct())
            {
                changed.Add(nodes[i].Id / 512);
                nodes[i] = nodes[i] with { Name = $"renamed {round} {i}" };
            }

            if (round == 4)
            {
                // A segment comes, one goes, and one is that of the home.
                changed.UnionWith([0, nodes[^1].Id / 512 + 1, 30]);
                nodes.RemoveAll(static node => node.Id / 512 == 30);
                nodes.Add(SampleCatalogue.Document((nodes[^1].Id / 512 * 512) + 600, "last", 3));
            }

            CatalogueStamp whole = await SampleCatalogue.WriteAsync(chunks, nodes);
            CatalogueBefore old = await CatalogueBefore.ReadAsync(chunks, before, static _ => true, Never);
            using CatalogueWriter writer = new(chunks, "/nowhere", old);
            foreach (IGrouping<long, CatalogueNode> range in nodes.GroupBy(static node => node.Id / 512))
            {
                if (!changed.Contains(range.Key))
                {
                    await writer.KeepAsync(old.Find(range.Key)!, Never);
                    continue;
                }

                foreach (CatalogueNode node in range)
                {
                    await writer.AddAsync(node, Never);
                }
            }

            CatalogueStamp kept = await writer.CompleteAsync(Never);
            Assert.Equal(whole.Table, kept.Table);
            Assert.Equal((whole.Nodes, whole.Contents), (kept.Nodes, kept.Contents));
            Assert.Equal(whole.Homes, kept.Homes);
            Assert.Equal(whole.Folders, kept.Folders);
            before = kept;
        }

        CatalogueBefore none = await CatalogueBefore.ReadAsync(chunks, before, static _ => false, Never);
        Assert.False(none.Covers(0));
        Assert.Null(none.Find(0));
        CatalogueBefore earlier = await CatalogueBefore.ReadAsync(
            chunks,
            before with
            {
                Folders = null,
            },
            static _ => true,
            Never
        );
        Assert.False(earlier.Covers(0));
    }

    [Fact]
    public async Task A_row_that_is_its_own_ancestor_has_no_path()
    {
        MemoryChunks chunks = new();
        CatalogueStamp stamp = await SampleCatalogue.WriteAsync(
            chunks,
            [
                SampleCatalogue.Document(5, "a", 6),
                SampleCatalogue.Document(6, "b", 5),
                SampleCatalogue.Document(7, "c", 0),
                SampleCatalogue.Document(8, "d", 99),
            ]
        );
        CatalogueReader reader = await OpenAsync(chunks, stamp);
        Assert.Null(await reader.PathOfAsync((await reader.FindAsync(5, Never))!, Never));
        Assert.Null(await reader.PathOfAsync((await reader.FindAsync(7, Never))!, Never));
        Assert.Equal("d", await reader.PathOfAsync((await reader.FindAsync(8, Never))!, Never));
        Assert.Equal(8, Assert.Single(await reader.FindByPathAsync("D", Never)).Id);
        Assert.Empty(await reader.FindByPathAsync("a/b", Never));
    }

    [Fact]
    public async Task A_damaged_chunk_is_damage_or_other_nodes_and_nothing_else()
    {
        Random random = new(5);
        MemoryChunks chunks = new();
        CatalogueStamp stamp = await SampleCatalogue.WriteAsync(chunks, SampleCatalogue.Nodes(700));
        ChunkId[] ids = [.. chunks.Chunks.Keys.Order()];
        int damages = 0;
        for (int round = 0; round < 300; round++)
        {
            ChunkId id = ids[random.Next(ids.Length)];
            byte[] whole = chunks.Chunks[id];
            byte[] damaged = chunks.Chunks[id] = [.. whole];
            damaged[random.Next(Math.Min(200, damaged.Length))] ^= (byte)(1 << random.Next(8));
            try
            {
                CatalogueReader reader = await OpenAsync(chunks, stamp);
                await reader.ReadAsync(null, Never).ToListAsync(Never);
                await reader.FindUsesAsync([SampleCatalogue.Url(20)], Never).ToListAsync(Never);
                await reader.FindByPathAsync("Sites/Folder 3/Document 300.pdf", Never);
                await reader.FindSegmentsAsync(CataloguePathTests.StepsOf("Sites/*/x"), Never);
                await CatalogueChunks.WalkAsync(chunks, stamp, Never).CountAsync(Never);
            }
            catch (PermanentException exception) when (exception.Kind == ErrorKind.Repository)
            {
                damages++;
            }
            catch (KeyNotFoundException)
            {
                // The fake's word for a chunk that is nowhere.
                damages++;
            }

            chunks.Chunks[id] = whole;
        }

        Assert.InRange(damages, 20, 299);
    }

    [Fact]
    public async Task A_node_out_of_order_is_refused()
    {
        MemoryChunks chunks = new();
        await Assert.ThrowsAsync<ArgumentException>(() =>
            SampleCatalogue.WriteAsync(
                chunks,
                [SampleCatalogue.Document(5, "a", 0), SampleCatalogue.Document(5, "b", 0)]
            )
        );
        await Assert.ThrowsAsync<FormatException>(() =>
            SampleCatalogue.WriteAsync(chunks, [SampleCatalogue.Document(5, new string('a', 70_000), 0)])
        );
    }

    private static async Task<CatalogueReader> OpenAsync(MemoryChunks chunks, CatalogueStamp stamp) =>
        await CatalogueReader.OpenAsync(new CatalogueSegments(chunks), stamp, Never);
}
