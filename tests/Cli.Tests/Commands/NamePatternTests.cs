using AlfrescoBackupFlows.Documents;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Commands;

/// <summary>Which paths a pattern of <c>abf find</c> takes.</summary>
public sealed class NamePatternTests
{
    [Theory]
    [InlineData("Sites/x/y.pdf", "sites/X/Y.PDF", true)]
    [InlineData("Sites/x/y.pdf", "Sites/x/z/y.pdf", false)]
    [InlineData("Sites/x/y.pdf", "Sites/x", false)]
    [InlineData("Sites/*/y?.pdf", "Sites/x/y1.pdf", true)]
    [InlineData("Sites/*/y.pdf", "Sites/y.pdf", false)]
    [InlineData("Sites/**/y.pdf", "Sites/y.pdf", true)]
    [InlineData("Sites/**/y.pdf", "Sites/a/b/y.pdf", true)]
    [InlineData("Sites/**/b/*.pdf", "Sites/b/a/b/c/b/y.pdf", true)]
    [InlineData("Sites/**/b/*.pdf", "Sites/b/a/b/c/y.pdf", false)]
    [InlineData("**/a/**/b", "a/b", true)]
    [InlineData("**/a/**/b", "x/a/y/z/b", true)]
    [InlineData("**/a/**/b", "x/b", false)]
    [InlineData("Sites/x/**", "Sites/x/y.pdf", true)]
    [InlineData("Sites/x/**", "Sites/x/a/b.pdf", true)]
    [InlineData("Sites/x/**", "Sites/x", false)]
    [InlineData("Sites/x/", "Sites/x/a/b.pdf", true)]
    [InlineData("Sites/x/", "Sites/xy/b.pdf", false)]
    [InlineData("Sites/what\\?/a\\*b", "Sites/what?/a*b", true)]
    [InlineData("Sites/what\\?/a\\*b", "Sites/whats/acb", false)]
    [InlineData("Sites/\u00dcbersicht/\u00e4.txt", "sites/\u00fcbersicht/\u00c4.TXT", true)]
    public void A_path_is_taken_name_by_name(string pattern, string path, bool isTaken)
    {
        NamePattern parsed = NamePattern.Parse(pattern);

        Assert.True(parsed.NeedsPath);
        Assert.Equal(isTaken, parsed.MatchesPath(path));
        Assert.False(parsed.MatchesPath(null));
    }
}
