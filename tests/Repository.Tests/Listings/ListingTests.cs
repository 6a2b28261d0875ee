using System.Collections.Immutable;
using System.Text;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;
using AlfrescoBackupFlows.Repository.Tests.Fakes;

namespace AlfrescoBackupFlows.Repository.Tests.Listings;

public sealed class ListingTests
{
    private static readonly CancellationToken Never = CancellationToken.None;

    [Fact]
    public async Task What_was_written_is_read_in_order()
    {
        MemoryChunks chunks = new();
        List<ListingEntry> entries = Entries(5000);
        ListingSummary summary = await WriteAsync(chunks, entries);
        List<ListingEntry> read = await new ListingReader(chunks, summary.Listing).ReadAsync(Never).ToListAsync(Never);
        Assert.Equal(entries.Select(Text), read.Select(Text));
        Assert.Equal(entries.Count(entry => !entry.IsDirectory), summary.Files);
        Assert.Equal(entries.Count(entry => entry.IsDirectory), summary.Directories);
        Assert.Equal(entries.Sum(entry => entry.Length), summary.Bytes);
    }

    [Fact]
    public async Task A_range_is_read_without_the_segments_outside()
    {
        MemoryChunks chunks = new();
        List<ListingEntry> entries = Entries(20_000);
        ListingSummary summary = await WriteAsync(chunks, entries);
        ListingReader reader = new(chunks, summary.Listing);
        PathRange range = PathRange.Of("d0003"u8);
        List<ListingEntry> read = await reader.ReadAsync(range, Never).ToListAsync(Never);
        Assert.Equal(entries.Where(entry => range.Contains(entry.Path)).Select(Text), read.Select(Text));
        int all = (await reader.ReadRowsAsync(PathRange.All, Never).ToListAsync(Never)).Count;
        int some = (await reader.ReadRowsAsync(range, Never).ToListAsync(Never)).Count;
        Assert.True(some < all / 2, $"{some} of {all} segments");
    }

    [Fact]
    public async Task A_small_change_rewrites_little()
    {
        MemoryChunks chunks = new();
        List<ListingEntry> entries = Entries(30_000);
        await WriteAsync(chunks, entries);
        int before = chunks.Added;
        entries.RemoveAt(15_000);
        await WriteAsync(chunks, entries);
        Assert.InRange(chunks.Added - before, 1, 6);
    }

    [Fact]
    public async Task An_empty_listing_has_no_segment()
    {
        MemoryChunks chunks = new();
        ListingSummary summary = await WriteAsync(chunks, []);
        Assert.Empty(await new ListingReader(chunks, summary.Listing).ReadAsync(Never).ToListAsync(Never));
    }

    [Theory]
    [InlineData("b", "a")]
    [InlineData("a", "a")]
    [InlineData("a", "a/b")]
    [InlineData("a", "../b")]
    public async Task The_writer_refuses_what_a_reader_would_refuse(string first, string second)
    {
        ListingWriter writer = new(new MemoryChunks());
        await writer.AddAsync(Samples.File(first), Never);
        await Assert.ThrowsAsync<ArgumentException>(async () => await writer.AddAsync(Samples.File(second), Never));
    }

    [Theory]
    [InlineData("../b")]
    [InlineData("a/../../b")]
    [InlineData("..")]
    [InlineData("/etc/cron.d/x")]
    [InlineData("a//b")]
    [InlineData("./a")]
    [InlineData("a/.")]
    [InlineData("a\0b")]
    public void The_reader_refuses_a_path_that_leaves_the_target_whoever_wrote_it(string path)
    {
        SegmentBuilder segment = new();
        segment.Add(Samples.Folder(string.Empty));
        segment.Add(Samples.File("a") with { Path = Encoding.UTF8.GetBytes(path) });

        PermanentException exception = Assert.Throws<PermanentException>(() =>
            SegmentDecoder.Decode(segment.Encode(), "a listing")
        );
        Assert.Equal(ErrorKind.Repository, exception.Kind);
    }

    [Fact]
    public void The_reader_refuses_what_lies_below_a_file()
    {
        SegmentBuilder segment = new();
        segment.Add(Samples.File("a"));
        segment.Add(Samples.File("a/b"));

        Assert.Throws<PermanentException>(() => SegmentDecoder.Decode(segment.Encode(), "a listing"));
    }

    [Fact]
    public async Task A_segment_in_the_place_of_another_is_damage()
    {
        MemoryChunks chunks = new();
        ListingSummary summary = await WriteAsync(chunks, Entries(6000));
        List<SegmentRow> rows = await new ListingReader(chunks, summary.Listing)
            .ReadRowsAsync(PathRange.All, Never)
            .ToListAsync(Never);
        chunks.Chunks[rows[0].Chunk] = chunks.Chunks[rows[1].Chunk];
        PermanentException exception = await Assert.ThrowsAsync<PermanentException>(async () =>
            await new ListingReader(chunks, summary.Listing).ReadAsync(Never).ToListAsync(Never)
        );
        Assert.Equal(ErrorKind.Repository, exception.Kind);
    }

    [Fact]
    public async Task Ranges_that_were_written_apart_give_the_listing_that_one_writer_gives()
    {
        MemoryChunks chunks = new();
        List<ListingEntry> entries = Entries(8000);
        int cut = entries.FindIndex(4000, entry => ListingWriter.EndsSegment(chunks, entry.Path)) + 1;
        await using ListingRoot root = new(chunks);
        foreach (List<ListingEntry> part in new[] { entries[..cut], entries[cut..] })
        {
            foreach (SegmentRow row in await SegmentsAsync(chunks, part))
            {
                await root.AddAsync(row, Never);
            }
        }

        Assert.Equal(await WriteAsync(chunks, entries), await root.CompleteAsync(Never));
    }

    private static List<ListingEntry> Entries(int count)
    {
        List<ListingEntry> entries = [Samples.Folder(string.Empty)];
        for (int i = 0; entries.Count < count; i++)
        {
            entries.Add(Samples.Folder($"d{i:0000}", EntryFlags.Trusted));
            for (int j = 0; j < 500 && entries.Count < count; j++)
            {
                entries.Add(
                    Samples.File($"d{i:0000}/{(i * 7919) + j:x8}.bin", j, j % 9) with
                    {
                        Flags = (EntryFlags)(j % 8),
                    }
                );
            }
        }

        return entries;
    }

    private static async Task<ImmutableArray<SegmentRow>> SegmentsAsync(MemoryChunks chunks, List<ListingEntry> entries)
    {
        ListingWriter writer = new(chunks);
        foreach (ListingEntry entry in entries)
        {
            await writer.AddAsync(entry, Never);
        }

        return await writer.CompleteAsync(Never);
    }

    private static async Task<ListingSummary> WriteAsync(MemoryChunks chunks, List<ListingEntry> entries)
    {
        await using ListingRoot root = new(chunks);
        foreach (SegmentRow row in await SegmentsAsync(chunks, entries))
        {
            await root.AddAsync(row, Never);
        }

        return await root.CompleteAsync(Never);
    }

    private static string Text(ListingEntry entry) =>
        $"{Encoding.UTF8.GetString(entry.Path)} {entry.Flags} {entry.Mode} {entry.Owner} {entry.MtimeNs} {entry.CtimeNs} {entry.Content?.Length} {string.Join(',', entry.Content?.Chunks ?? [])}";
}
