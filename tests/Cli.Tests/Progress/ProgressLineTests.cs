using AlfrescoBackupFlows.Cli.Progress;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Progress;

public sealed class ProgressLineTests
{
    private const long Gibi = 1024L * 1024 * 1024;

    [Theory]
    [InlineData(40, "files (cont…  25 %  0:10:00 left")]
    [InlineData(80, "files (contentstore) [====>           ]  25 %  2.0 GiB of ~8.0 GiB, 0:10:00 left")]
    [InlineData(
        120,
        "files (contentstore) [====>           ]  25 %  500,000 of ~2,000,000 files, 2.0 GiB of ~8.0 GiB, 0:10:00 left"
    )]
    public void What_fits_is_told_the_time_left_first(int width, string expected)
    {
        string line = ProgressLine.Of(At(2 * Gibi), width, tick: 0);

        Assert.Equal(expected, line);
        Assert.True(line.Length <= width);
    }

    [Theory]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(120)]
    [InlineData(200)]
    public void The_bar_grows_with_the_bytes(int width)
    {
        int[] lengths =
        [
            .. Enumerable.Range(0, 9).Select(n => ProgressLine.Of(At(n * Gibi), width, tick: 0).Count(c => c == '=')),
        ];

        Assert.Equal([0, 2, 4, 6, 8, 10, 12, 14, 16], lengths);
    }

    [Fact]
    public void Without_a_total_or_beyond_it_a_block_wanders_and_no_share_is_claimed()
    {
        RunSnapshot beyond = At(9 * Gibi);

        string[] lines = [.. Enumerable.Range(0, 40).Select(tick => ProgressLine.Of(beyond, 80, tick))];

        Assert.Equal(14, lines.Distinct(StringComparer.Ordinal).Count());
        Assert.All(lines, line => Assert.DoesNotContain("%", line));
        Assert.Contains("9.0 GiB", lines[0]);
        Assert.DoesNotContain("of ~8.0 GiB", lines[0]);
    }

    [Fact]
    public void What_is_waited_for_has_the_whole_line()
    {
        var waiting = new RunSnapshot("index-window", "Alfresco's index job, until 03:20", 0, 0, 0, 0, 0, null);

        Assert.Equal(
            "[<=>             ] index-window (Alfresco's index job, until 03:20)",
            ProgressLine.Of(waiting, 80, tick: 0)
        );
    }

    [Fact]
    public void One_file_is_not_files()
    {
        var one = new RunSnapshot("files", null, 1, 1, 0, 0, 0, null);

        Assert.Equal("files: 1 of ~1 file", one.ToLine());
    }

    private static RunSnapshot At(long bytes) =>
        new("files", "contentstore", 500_000, 2_000_000, bytes, 8 * Gibi, 10.5 * 1024 * 1024, TimeSpan.FromMinutes(10));
}
