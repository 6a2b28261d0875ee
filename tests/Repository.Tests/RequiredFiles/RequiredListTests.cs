using System.Text;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.RequiredFiles;
using AlfrescoBackupFlows.Repository.Sorting;
using AlfrescoBackupFlows.Repository.Tests.Fakes;
using AlfrescoBackupFlows.Testing;

namespace AlfrescoBackupFlows.Repository.Tests.RequiredFiles;

public sealed class RequiredListTests
{
    private static readonly CancellationToken Never = CancellationToken.None;

    [Fact]
    public async Task Files_in_any_order_come_back_sorted_by_root_path_and_id()
    {
        using TempDirectory temp = new();
        Random random = new(7);
        List<(int Root, RequiredFile File)> files =
        [
            .. Enumerable
                .Range(0, 20_000)
                .Select(i => (i % 3, File($"{random.Next(40)}/{random.Next(40)}/f{random.Next(5000)}", i))),
        ];
        using RequiredSort sort = new(temp.Path, memoryBytes: 64 * 1024);
        files.ForEach(file => sort.Add(file.Root, file.File));
        List<(int Root, RequiredFile File)> sorted = [.. sort.ReadSorted()];
        IEnumerable<(int Root, RequiredFile File)> expected = files
            .OrderBy(file => file.Root)
            .ThenBy(file => file.File.Path, PathOrder.Instance)
            .ThenBy(file => file.File.UrlId);
        Assert.Equal(expected.Select(Text), sorted.Select(Text));
        sort.Dispose();
        Assert.Empty(Directory.GetFiles(temp.Path));
    }

    [Fact]
    public void Spill_files_have_no_names_while_they_are_open()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows deletes them when they are closed.");
        using TempDirectory temp = new();
        using ExternalSort sort = new(temp.Path, (left, right) => left.SequenceCompareTo(right), 1000);
        for (int i = 0; i < 100; i++)
        {
            sort.Add(Encoding.ASCII.GetBytes($"record {i}"));
        }

        Assert.Empty(Directory.GetFiles(temp.Path));
        Assert.Equal(100, sort.ReadSorted().Count());
    }

    [Fact]
    public void A_sort_without_records_gives_none()
    {
        using ExternalSort sort = new("/nowhere", (left, right) => left.SequenceCompareTo(right));
        Assert.Empty(sort.ReadSorted());
    }

    [Fact]
    public async Task A_list_is_read_whole_or_in_part()
    {
        MemoryChunks chunks = new();
        List<RequiredFile> files =
        [
            .. Enumerable.Range(0, 3000).Select(i => File($"2026/{i / 100:00}/{i:0000}.bin", i)),
        ];
        files.Insert(1, files[0] with { UrlId = 99_999, Size = null });
        await using RequiredListWriter writer = new(chunks);
        foreach (RequiredFile file in files)
        {
            await writer.AddAsync(file, Never);
        }

        RequiredListReader reader = new(chunks, (await writer.CompleteAsync(Never)).List);
        Assert.Equal(files.Select(Text), (await reader.ReadAsync(Never).ToListAsync(Never)).Select(Text));
        PathRange range = PathRange.Of("2026/07"u8);
        List<RequiredFile> some = await reader.ReadAsync(range, Never).ToListAsync(Never);
        Assert.Equal(files.Where(file => range.Contains(file.Path)).Select(Text), some.Select(Text));
        Assert.Equal(100, some.Count);
    }

    [Fact]
    public async Task A_range_is_read_from_the_last_place_that_was_passed_before_it()
    {
        MemoryChunks chunks = new();
        RequiredFile[] files =
        [
            .. Enumerable
                .Range(0, 200_000)
                .Select(i =>
                    File(
                        $"2026/{i / 1000:000}/{Convert.ToHexStringLower(BitConverter.GetBytes(i * 2654435761L))}{i:000000}.bin",
                        i
                    )
                )
                .OrderBy(file => file.Path, PathOrder.Instance),
        ];
        await using RequiredListWriter writer = new(chunks);
        foreach (RequiredFile file in files)
        {
            await writer.AddAsync(file, Never);
        }

        ContentRef list = (await writer.CompleteAsync(Never)).List;
        RequiredListReader reader = new(chunks, list);
        Assert.Equal(files.Length, await reader.ReadAsync(Never).CountAsync(Never));
        foreach (int day in (int[])[0, 1, 50, 123, 198, 199])
        {
            PathRange range = PathRange.Of(Encoding.ASCII.GetBytes($"2026/{day:000}"));
            int before = chunks.Reads;
            List<RequiredFile> some = await reader.ReadAsync(range, Never).ToListAsync(Never);
            Assert.Equal(files.Where(file => range.Contains(file.Path)).Select(Text), some.Select(Text));

            // A mark each mebibyte, and a buffer of 64 KiB beyond; the whole list is eight times as long.
            Assert.InRange(chunks.Reads - before, 1, 1300);
        }

        Assert.InRange(list.Length, 5_000_000, 50_000_000);
        Assert.Empty(await reader.ReadAsync(PathRange.Of("2027"u8), Never).ToListAsync(Never));
    }

    [Fact]
    public async Task The_writer_refuses_a_file_that_is_out_of_order()
    {
        await using RequiredListWriter writer = new(new MemoryChunks());
        await writer.AddAsync(File("b", 1), Never);
        await Assert.ThrowsAsync<ArgumentException>(async () => await writer.AddAsync(File("a", 2), Never));
        await Assert.ThrowsAsync<ArgumentException>(async () => await writer.AddAsync(File("b", 1), Never));
    }

    private static RequiredFile File(string path, long id) =>
        new(Encoding.UTF8.GetBytes(path), id % 5 == 0 ? null : id * 3, id);

    private static string Text(RequiredFile file) => $"{Encoding.UTF8.GetString(file.Path)} {file.Size} {file.UrlId}";

    private static string Text((int Root, RequiredFile File) item) => $"{item.Root} {Text(item.File)}";
}
