using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Flows.Restore.Targets;
using AlfrescoBackupFlows.Platform.Errors;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Restore;

/// <summary>What a pattern of <c>--include</c> and <c>--exclude</c> matches.</summary>
public sealed class PathPatternTests
{
    private const string Document = "contentstore/2024/5/1/9/30/a-b.bin";

    [Theory]
    [InlineData("*.bin", Document)]
    [InlineData("a?b.bin", Document)]
    [InlineData("contentstore", Document)]
    [InlineData("2024/5", Document)]
    [InlineData("/contentstore/2024/", Document)]
    [InlineData("/contentstore/*/5", Document)]
    [InlineData("/contentstore/**/*.bin", Document)]
    [InlineData("contentstore/**", Document)]
    [InlineData("**/30/*", Document)]
    [InlineData("/**", Document)]
    [InlineData("**", Document)]
    [InlineData("202[3-5]", Document)]
    [InlineData("202[!3]", Document)]
    [InlineData("[^x]-b.bin", Document)]
    [InlineData("contentstore/**/2024", Document)]
    [InlineData("\\*.bin", "keystore/*.bin")]
    [InlineData("[*].bin", "keystore/*.bin")]
    [InlineData("[]].bin", "keystore/].bin")]
    [InlineData("a?.bin", "keystore/a\U0001F600.bin")]
    [InlineData("two*", "contentstore/two\nlines")]
    public void A_pattern_matches(string pattern, string path) =>
        Assert.True(PathPattern.Parse("--include", pattern).Matches(path));

    [Theory]
    [InlineData("*.BIN", Document)]
    [InlineData("/2024", Document)]
    [InlineData("024", Document)]
    [InlineData("contentstore/*/30", Document)]
    [InlineData("/contentstore/*.bin", Document)]
    [InlineData("contentstore", "contentstore.deleted/2024/a.bin")]
    [InlineData("contentstore?2024", Document)]
    [InlineData("contentstore[!-~]2024", Document)]
    [InlineData("contentstore[!x]2024", Document)]
    [InlineData("\\*.bin", Document)]
    [InlineData("a.bin", "contentstore/axbin")]
    public void A_pattern_does_not_match(string pattern, string path) =>
        Assert.False(PathPattern.Parse("--include", pattern).Matches(path));

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("a//b")]
    [InlineData("../a")]
    [InlineData("./a")]
    [InlineData("[ab")]
    [InlineData("[z-a]")]
    [InlineData("a\\")]
    public void What_is_no_pattern_is_a_fault_of_the_command_line(string pattern)
    {
        PermanentException fault = Assert.Throws<PermanentException>(() => PathPattern.Parse("--exclude", pattern));

        Assert.Equal(ErrorKind.Configuration, fault.Kind);
        Assert.StartsWith($"--exclude '{pattern}': ", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pattern_that_could_be_matched_in_many_ways_takes_no_longer_than_another()
    {
        var pattern = PathPattern.Parse("--include", string.Concat(Enumerable.Repeat("*a", 400)));

        Assert.False(pattern.Matches(new string('a', 20_000) + "b"));
    }

    [Fact]
    public void Too_many_patterns_are_a_fault_of_the_command_line()
    {
        var selection = new RestoreSelection { Include = [.. Enumerable.Range(0, 101).Select(i => $"{i}.bin")] };

        Assert.Equal(ErrorKind.Configuration, Assert.Throws<PermanentException>(() => new Selector(selection)).Kind);
    }

    [Fact]
    public void What_is_left_out_is_left_out_whatever_includes_it()
    {
        var selector = new Selector(
            new RestoreSelection
            {
                Roots = ["contentstore"],
                Include = ["2024"],
                Exclude = ["*.bin", "/contentstore/2024/6"],
            }
        );

        Assert.True(selector.Takes("contentstore", "2024/5/a.txt"u8.ToArray()));
        Assert.False(selector.Takes("contentstore", "2024/5/a.bin"u8.ToArray()));
        Assert.False(selector.Takes("contentstore", "2024/6/a.txt"u8.ToArray()));
        Assert.False(selector.Takes("contentstore", "2023/a.txt"u8.ToArray()));
        Assert.False(selector.Takes("contentstore.deleted", "2024/5/a.txt"u8.ToArray()));
    }
}
