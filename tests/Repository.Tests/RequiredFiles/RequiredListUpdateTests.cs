using System.Text;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.RequiredFiles;
using AlfrescoBackupFlows.Repository.Tests.Fakes;

namespace AlfrescoBackupFlows.Repository.Tests.RequiredFiles;

public sealed class RequiredListUpdateTests
{
    private static readonly CancellationToken Never = CancellationToken.None;

    [Fact]
    public async Task An_updated_list_is_the_list_that_is_written_anew()
    {
        Random random = new(11);
        MemoryChunks chunks = new();
        List<RequiredFile> files = [.. Enumerable.Range(1, 30_000).Select(id => File(random.Next(900), id))];
        RequiredListSummary list = await WriteAsync(chunks, files);
        for (int night = 0; night < 12; night++)
        {
            HashSet<long> ranges = [.. Enumerable.Range(0, night).Select(_ => (long)random.Next(31_000) >> 6)];
            files.RemoveAll(file => ranges.Contains(file.UrlId >> 6) && random.Next(3) == 0);
            List<RequiredFile> fresh = [.. Enumerable.Range(0, night * 20).Select(i => File(random.Next(950), Id(i)))];
            foreach (RequiredFile file in fresh)
            {
                ranges.Add(file.UrlId >> 6);
            }

            files.AddRange(fresh);
            list = await UpdateAsync(chunks, list, ranges, files.Where(file => ranges.Contains(file.UrlId >> 6)));

            RequiredListSummary anew = await WriteAsync(chunks, files);
            Assert.Equal(anew, list);
            Assert.Equal(
                Sorted(files).Select(Text),
                (await new RequiredListReader(chunks, list.List).ReadAsync(Never).ToListAsync(Never)).Select(Text)
            );

            int Id(int i) => 30_001 + (night * 1000) + i;
        }
    }

    [Fact]
    public async Task What_is_unchanged_is_taken_over_unread()
    {
        MemoryChunks chunks = new();
        RequiredFile[] files = [.. Enumerable.Range(1, 60_000).Select(id => File(id / 60, id))];
        RequiredListSummary list = await WriteAsync(chunks, files);
        int segments = await new RequiredSegmentReader(chunks, list.Segments!).ReadRowsAsync(Never).CountAsync(Never);
        int before = chunks.Reads;

        RequiredFile added = File(500, 90_000);
        RequiredListSummary updated = await UpdateAsync(chunks, list, [90_000 >> 6], [added]);

        Assert.InRange(segments, 30, 120);

        // The one that is touched, and the last one, which ended with its list.
        Assert.InRange(chunks.Reads - before, 1, 2);
        Assert.Equal(60_001, updated.Files);
    }

    [Fact]
    public async Task Records_of_one_path_stay_together()
    {
        MemoryChunks chunks = new();
        RequiredFile[] files =
        [
            .. Enumerable.Range(0, 5000).SelectMany(i => new[] { File(i, i), File(i, i) with { UrlId = i + 5000 } }),
        ];
        RequiredSegmentReader reader = new(chunks, (await WriteAsync(chunks, files)).Segments!);
        List<RequiredFile> read = [];
        await foreach (RequiredSegment segment in reader.ReadRowsAsync(Never))
        {
            read.AddRange(await reader.ReadSegmentAsync(segment, Never));
        }

        Assert.Equal(Sorted(files).Select(Text), read.Select(Text));
    }

    [Fact]
    public async Task A_table_that_lies_about_a_segment_is_damage()
    {
        MemoryChunks chunks = new();
        RequiredListSummary list = await WriteAsync(chunks, [File(1, 1), File(2, 2)]);
        RequiredSegmentReader reader = new(chunks, list.Segments!);
        RequiredSegment segment = await reader.ReadRowsAsync(Never).SingleAsync(Never);
        foreach (
            RequiredSegment lie in new[]
            {
                segment with
                {
                    Files = 1,
                },
                segment with
                {
                    Length = segment.Length + 1,
                },
                segment with
                {
                    HighestId = 1,
                },
                segment with
                {
                    Last = segment.First,
                },
            }
        )
        {
            PermanentException fault = await Assert.ThrowsAsync<PermanentException>(async () =>
                await reader.ReadSegmentAsync(lie, Never)
            );
            Assert.Equal(ErrorKind.Repository, fault.Kind);
        }
    }

    [Fact]
    public async Task Digests_come_back_as_they_were_written()
    {
        MemoryChunks chunks = new();
        RequiredDigest[] ranges =
        [
            .. Enumerable
                .Range(0, 10_000)
                .Select(i => new RequiredDigest(i * 3L, i, (ulong.MaxValue - (ulong)i, (ulong)i), i % 7 != 0)),
        ];
        ContentRef stored = await new RequiredDigests("server\nstores a b", ranges).WriteAsync(chunks, Never);

        RequiredDigests read = await RequiredDigests.ReadAsync(chunks, stored, Never);

        Assert.Equal("server\nstores a b", read.Method);
        Assert.Equal(ranges, read.Ranges);
    }

    private static async Task<RequiredListSummary> UpdateAsync(
        MemoryChunks chunks,
        RequiredListSummary list,
        HashSet<long> ranges,
        IEnumerable<RequiredFile> added
    )
    {
        await using RequiredListWriter writer = new(chunks);
        RequiredListUpdate update = new(
            id => ranges.Contains(id >> 6),
            (lowest, highest) => ranges.Any(range => lowest >> 6 <= range && range <= highest >> 6)
        );
        await update.RunAsync(new RequiredSegmentReader(chunks, list.Segments!), Sorted(added), writer, Never);
        return await writer.CompleteAsync(Never);
    }

    private static async Task<RequiredListSummary> WriteAsync(MemoryChunks chunks, IEnumerable<RequiredFile> files)
    {
        await using RequiredListWriter writer = new(chunks);
        foreach (RequiredFile file in Sorted(files))
        {
            await writer.AddAsync(file, Never);
        }

        return await writer.CompleteAsync(Never);
    }

    private static IEnumerable<RequiredFile> Sorted(IEnumerable<RequiredFile> files) =>
        files.OrderBy(file => file.Path, PathOrder.Instance).ThenBy(file => file.UrlId);

    private static RequiredFile File(int directory, long id) =>
        new(
            Encoding.UTF8.GetBytes($"2026/{directory / 60}/{directory % 60}/{id * 2654435761L % 999983:x}.bin"),
            id * 3,
            id
        );

    private static string Text(RequiredFile file) => $"{Encoding.UTF8.GetString(file.Path)} {file.Size} {file.UrlId}";
}
