using System.Globalization;
using System.Text;
using AlfrescoBackupFlows.Repository.Checks;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;
using AlfrescoBackupFlows.Repository.RequiredFiles;
using AlfrescoBackupFlows.Repository.Tests.Fakes;
using AlfrescoBackupFlows.Repository.Tests.Support;
using AlfrescoBackupFlows.Repository.Verification;
using AlfrescoBackupFlows.Testing.Stores;

namespace AlfrescoBackupFlows.Repository.Tests.Verification;

/// <summary>What roots have in common is read once, and nothing of it counts for more than was looked at.</summary>
public sealed class RootCheckTests
{
    private const int Files = 12_000;

    private static readonly CancellationToken Never = CancellationToken.None;

    private static string Path(int number) =>
        string.Create(CultureInfo.InvariantCulture, $"2026/{number / 1000:00}/{number:00000}.bin");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Required_files_that_are_not_there_are_counted_with_and_without_a_table_of_segments(bool hasTable)
    {
        await using Bench bench = await Bench.CreateAsync();
        RootStamp root = await bench.WriteAsync(
            Listed(i => i % 400 != 7),
            [.. Required(i => true), new RequiredFile(Bytes("2026/00/00003.bin"), 9, 99_999), Of("zzz/behind all")]
        );
        await bench.CloseAsync();
        root = hasTable ? root : root with { RequiredSegments = null };

        (VerifiedRoot found, VerifyReport report) = await bench.CheckAsync(root);
        (VerifiedRoot again, VerifyReport second) = await bench.CheckAsync(root);

        Assert.Empty(report.Findings);
        Assert.Equal((root.Files, root.RequiredFiles, 31L), (found.Files, found.Required, found.Missing));
        Assert.Equal(found, again);
        Assert.Empty(second.Findings);
    }

    [Fact]
    public async Task Of_a_root_that_differs_in_one_file_only_that_stretch_is_read()
    {
        await using Bench bench = await Bench.CreateAsync();
        RootStamp first = await bench.WriteAsync(Listed(i => i != 5000), Required(i => i != 5000));
        RootStamp second = await bench.WriteAsync(Listed(i => true), Required(i => true));
        await bench.CloseAsync();

        await bench.CheckAsync(first);
        int all = bench.SegmentsRead;
        (VerifiedRoot found, VerifyReport report) = await bench.CheckAsync(second);

        Assert.Empty(report.Findings);
        Assert.Equal((Files, Files, 0L), (found.Files, found.Required, found.Missing));
        Assert.InRange(all, 10, int.MaxValue);
        Assert.InRange(bench.SegmentsRead - all, 2, 6);
    }

    [Fact]
    public async Task A_segment_that_was_sound_is_damage_where_another_listing_says_something_else_of_it()
    {
        await using Bench bench = await Bench.CreateAsync();
        RootStamp sound = await bench.WriteAsync(Listed(i => true), []);
        RootStamp wrong = await bench.WriteAsync(
            Listed(i => true),
            [],
            rows => [rows[0] with { Files = rows[0].Files - 1, Bytes = rows[0].Bytes - 10 }, .. rows.Skip(1)]
        );
        await bench.CloseAsync();

        Assert.Empty((await bench.CheckAsync(sound)).Report.Findings);
        (VerifiedRoot found, VerifyReport report) = await bench.CheckAsync(wrong);

        Assert.Contains("is not the segment that the listing names", report.Findings[0].Line, StringComparison.Ordinal);
        Assert.InRange(found.Lost, 1, wrong.Files - 1);
    }

    [Fact]
    public async Task A_file_below_the_last_file_of_the_segment_before_is_damage_each_time()
    {
        await using Bench bench = await Bench.CreateAsync();
        RootStamp root = await bench.WriteAsync([Samples.Folder(string.Empty), Samples.File("a")], [], more: ["a/b"]);
        await bench.CloseAsync();

        VerifyReport first = (await bench.CheckAsync(root)).Report;
        VerifyReport second = (await bench.CheckAsync(root)).Report;

        Assert.Contains("'a/b' lies below a file", Assert.Single(first.Findings).Line, StringComparison.Ordinal);
        Assert.Equal(first.Findings, second.Findings);
    }

    [Fact]
    public async Task A_table_of_segments_that_is_not_of_the_list_counts_for_nothing()
    {
        await using Bench bench = await Bench.CreateAsync();
        RootStamp other = await bench.WriteAsync(Listed(i => true), Required(i => i < 6000));
        RootStamp root = await bench.WriteAsync(Listed(i => i != 9000), Required(i => true));
        await bench.CloseAsync();

        (VerifiedRoot found, VerifyReport report) = await bench.CheckAsync(
            root with
            {
                RequiredSegments = other.RequiredSegments,
            }
        );

        Assert.Empty(report.Findings);
        Assert.Equal((Files, 1L), (found.Required, found.Missing));
    }

    private static List<ListingEntry> Listed(Func<int, bool> takes)
    {
        List<ListingEntry> entries = [Samples.Folder(string.Empty), Samples.Folder("2026")];
        for (int i = 0; i < Files; i++)
        {
            if (i % 1000 == 0)
            {
                entries.Add(Samples.Folder(Path(i)[..7]));
            }

            if (takes(i))
            {
                entries.Add(Samples.File(Path(i)));
            }
        }

        return entries;
    }

    private static RequiredFile[] Required(Func<int, bool> takes) =>
        [.. Enumerable.Range(0, Files).Where(takes).Select(i => Of(Path(i), i))];

    private static RequiredFile Of(string path, int id = 50_000) => new(Bytes(path), 10, id);

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private sealed class Bench : IAsyncDisposable
    {
        private readonly MemoryBlobStore _store = new();
        private readonly SoundStretches _sound = new(isOn: true);
        private OpenedRepository _opened = null!;
        private RunWriter _writer = null!;
        private ContentRef _content = null!;
        private ChunkIndex? _index;

        public int SegmentsRead { get; private set; }

        public static async Task<Bench> CreateAsync()
        {
            Bench bench = new();
            bench._opened = await OpenedRepository.CreateAsync(bench._store);
            bench._writer = bench._opened.OpenWriter("all");
            bench._content = await bench._writer.WriteAsync(ChunkClass.Content, Content.Random(10, 1));
            return bench;
        }

        /// <param name="change">What the listing says of its segments.</param>
        /// <param name="more">Files of one more segment, whatever was before it.</param>
        public async Task<RootStamp> WriteAsync(
            IEnumerable<ListingEntry> entries,
            RequiredFile[] required,
            Func<IReadOnlyList<SegmentRow>, IReadOnlyList<SegmentRow>>? change = null,
            string[]? more = null
        )
        {
            List<SegmentRow> rows = [.. await ListAsync(entries)];
            rows.AddRange(await ListAsync((more ?? []).Select(path => Samples.File(path))));
            await using ListingRoot root = new(_writer);
            foreach (SegmentRow row in change is null ? rows : change(rows))
            {
                await root.AddAsync(row, Never);
            }

            ListingSummary listing = await root.CompleteAsync(Never);
            await using RequiredListWriter list = new(_writer);
            foreach (RequiredFile file in required.OrderBy(file => file.Path, PathOrder.Instance))
            {
                await list.AddAsync(file, Never);
            }

            RequiredListSummary? summary = required.Length == 0 ? null : await list.CompleteAsync(Never);
            return Samples.Manifest(OpenedRepository.Run, 0).Roots[1] with
            {
                Listing = listing.Listing,
                Required = summary?.List,
                RequiredSegments = summary?.Segments,
                Files = listing.Files,
                Directories = listing.Directories,
                Bytes = listing.Bytes,
                RequiredFiles = required.Length,
            };
        }

        /// <summary>All is written.</summary>
        public async Task CloseAsync()
        {
            await _writer.CommitPageAsync(
                new PageResult("me", _content),
                TestJson.Default.PageResult,
                CancellationToken.None
            );
            Runs.AddedChunkIndexes added = await _opened.Repository.MergeRunIndexAsync(
                OpenedRepository.Run,
                ["all"],
                known: null,
                Never
            );
            _index = await ChunkIndex.LoadScratchAsync(
                _opened.Repository.Blobs,
                _opened.CacheDirectory,
                [.. added.Indexes.Select(index => new ChunkIndexSummary(index.Id, 0, index.Rows))],
                Never
            );
        }

        /// <summary>What was sound in one root counts for the next.</summary>
        public async Task<(VerifiedRoot Root, VerifyReport Report)> CheckAsync(RootStamp root)
        {
            Findings findings = new();
            CountedChunks chunks = new(_opened.Repository.CreateReader(_index!, null));
            PackInventory packs = await PackInventory.ListAsync(_store, _index!, Never);
            ContentCheck contents = new(_index!, chunks, packs);
            RootCheck check = new(chunks, contents, findings, _sound, (_, _) => true);
            SetManifest manifest = Samples.Manifest(OpenedRepository.Run, 0);
            VerifiedRoot found = await check.RunAsync(manifest, root, Never);
            SegmentsRead += chunks.ReadTogether;
            return (found, findings.Report(VerifyTotals.None));
        }

        public async ValueTask DisposeAsync()
        {
            _index?.Dispose();
            await _writer.DisposeAsync();
            await _opened.DisposeAsync();
        }

        /// <summary>Segments are read some together.</summary>
        private sealed class CountedChunks(IChunkSource inner) : IChunkSource
        {
            private int _readTogether;

            public int ReadTogether => _readTogether;

            public ValueTask<byte[]> ReadChunkAsync(
                ChunkId id,
                ChunkClass chunkClass,
                CancellationToken cancellationToken
            ) => inner.ReadChunkAsync(id, chunkClass, cancellationToken);

            public ValueTask<IReadOnlyList<int>> ReadManyAsync(
                IReadOnlyList<ChunkId> ids,
                ChunkClass chunkClass,
                Action<int, ReadOnlySpan<byte>> take,
                CancellationToken cancellationToken
            )
            {
                Interlocked.Add(ref _readTogether, ids.Count);
                return inner.ReadManyAsync(ids, chunkClass, take, cancellationToken);
            }

            public Stream OpenRead(ContentRef content, ChunkClass chunkClass) => inner.OpenRead(content, chunkClass);
        }

        private async Task<IEnumerable<SegmentRow>> ListAsync(IEnumerable<ListingEntry> entries)
        {
            ListingWriter listing = new(_writer);
            foreach (ListingEntry entry in entries)
            {
                await listing.AddAsync(
                    entry.IsDirectory ? entry : entry with { Content = _content },
                    CancellationToken.None
                );
            }

            return await listing.CompleteAsync(Never);
        }
    }
}
