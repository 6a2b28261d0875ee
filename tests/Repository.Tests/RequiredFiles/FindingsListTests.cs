using System.Text;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.RequiredFiles;
using AlfrescoBackupFlows.Repository.Tests.Fakes;

namespace AlfrescoBackupFlows.Repository.Tests.RequiredFiles;

public sealed class FindingsListTests
{
    private static readonly CancellationToken Never = CancellationToken.None;

    [Fact]
    public async Task What_was_found_comes_back_as_it_was()
    {
        var chunks = new MemoryChunks();
        FileFinding[] findings =
        [
            new(
                "contentstore",
                "2026/1/a.bin"u8.ToArray(),
                FindingReasons.Missing,
                LiveFile.Missing,
                7,
                null,
                41,
                false
            ),
            new("contentstore", "2026/1/a.bin"u8.ToArray(), FindingReasons.WrongSize, LiveFile.Present, 7, 0, 42, true),
            new("contentstore", [0xFF, (byte)'x'], FindingReasons.Unstable, LiveFile.Unknown, null, 3, 0, false),
            new("stores/a", "b"u8.ToArray(), FindingReasons.SourceMissing, LiveFile.Missing, 0, 9, 1, false),
            new("stores/a", "c"u8.ToArray(), FindingReasons.SourceChanged, LiveFile.Present, 1, 1, 2, false),
            new("", "store://../x"u8.ToArray(), FindingReasons.InvalidUrl, LiveFile.Missing, null, null, 0, false),
            new("a", "d"u8.ToArray(), FindingReasons.InvalidSize, LiveFile.Present, null, 5, long.MaxValue, false),
        ];

        ContentRef? list = await WriteAsync(chunks, findings);

        List<FileFinding> read = await FindingsList.ReadAsync(chunks, list!, Never).ToListAsync(Never);
        Assert.Equal(findings.Select(Show), read.Select(Show));
        Assert.Null(await WriteAsync(chunks, []));
    }

    [Fact]
    public async Task Many_findings_go_through_a_small_buffer()
    {
        var chunks = new MemoryChunks();
        IEnumerable<FileFinding> many = Enumerable
            .Range(0, 20_000)
            .Select(number => new FileFinding(
                "contentstore",
                Encoding.ASCII.GetBytes($"2026/1/{number:d8}.bin"),
                FindingReasons.Missing,
                LiveFile.Missing,
                number,
                null,
                number,
                false
            ));

        ContentRef? list = await WriteAsync(chunks, many);

        Assert.True(list!.Length < 20_000 * 32, $"{list.Length} bytes");
        Assert.Equal(
            many.Select(Show),
            (await FindingsList.ReadAsync(chunks, list, Never).ToListAsync(Never)).Select(Show)
        );
    }

    [Theory]
    [InlineData("another version", 2)]
    [InlineData("a root that ends too early", 1, 40, 97)]
    [InlineData("a path that shares more than there is", 1, 1, 97, 1, 1, 98, 1, 1, 0, 0, 0, 0)]
    [InlineData("a reason that nobody knows", 1, 1, 97, 0, 1, 98, 99, 1, 0, 0, 0, 0)]
    [InlineData("a live file that nobody knows", 1, 1, 97, 0, 1, 98, 1, 3, 0, 0, 0, 0)]
    [InlineData("a path that leads out of its root", 1, 1, 97, 0, 2, 46, 46, 1, 1, 0, 0, 0, 0)]
    public async Task What_breaks_the_format_is_damage(string what, params int[] bytes)
    {
        var chunks = new MemoryChunks();
        await using ContentStream stream = chunks.CreateStream(ChunkClass.Metadata);
        await stream.WriteAsync(bytes.Select(value => (byte)value).ToArray(), Never);
        ContentRef list = await stream.CompleteAsync(Never);

        PermanentException fault = await Assert.ThrowsAsync<PermanentException>(async () =>
            await FindingsList.ReadAsync(chunks, list, Never).ToListAsync(Never)
        );

        Assert.True(fault.Kind == ErrorKind.Repository, what);
    }

    private static async Task<ContentRef?> WriteAsync(MemoryChunks chunks, IEnumerable<FileFinding> findings)
    {
        await using var list = new FindingsList(chunks);
        foreach (FileFinding finding in findings)
        {
            await list.AddAsync(finding, Never);
        }

        return await list.CompleteAsync(Never);
    }

    private static string Show(FileFinding finding) =>
        $"{finding with { Path = [] }} {Convert.ToHexString(finding.Path)}";
}
