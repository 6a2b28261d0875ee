using System.Text;
using AlfrescoBackupFlows.Documents;
using AlfrescoBackupFlows.Repository.Catalogues;
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

    [Theory]
    [InlineData("what\\?", "what?", true)]
    [InlineData("what\\?", "whats", false)]
    [InlineData("what?", "whats", true)]
    [InlineData("what?", "what", false)]
    [InlineData("\\?*", "?x", true)]
    [InlineData("\\?*", "xx", false)]
    [InlineData("a\\*b?", "a*bc", true)]
    [InlineData("a\\*b?", "axbc", false)]
    [InlineData("?\\\\b", "x\\b", true)]
    [InlineData("?\\", "x\\", true)]
    [InlineData("?\\", "xyz", false)]
    [InlineData("*ab*ab", "aabab", true)]
    [InlineData("*ab*ab", "abb", false)]
    [InlineData("*.?d*", "x.y.Pdf", true)]
    [InlineData("x***", "x", true)]
    [InlineData("x?*", "x", false)]
    public void A_name_is_taken_letter_by_letter(string pattern, string name, bool isTaken) =>
        Assert.Equal(isTaken, NamePattern.Parse(pattern).Matches(Named(name)));

    [Theory]
    [InlineData("report", "REPORT 2026.pdf", "rapport.pdf")]
    [InlineData("*.pdf*47113?a", "x.pdf 47113-A", "x.pdf 4711")]
    [InlineData("\u00dcbersicht", "eine \u00fcbersicht", "ubersich")]
    [InlineData("\u65e5\u672c\u8a9e", "\u65e5\u672c\u8a9e.txt", "\u65e5\u672c.txt")]
    [InlineData("Sites/**/what\\?.*", "WHAT?.txt", "wha.txt")]
    public void A_segment_without_the_longest_part_of_a_name_has_nothing_that_matches(
        string pattern,
        string name,
        string other
    )
    {
        NamePattern parsed = NamePattern.Parse(pattern);

        Assert.True(parsed.Matches(Named(name)));
        Assert.True(parsed.Part!.IsIn(Encoding.UTF8.GetBytes($"x{name}x")));
        Assert.False(parsed.Matches(Named(other)));
        Assert.False(parsed.Part.IsIn(Encoding.UTF8.GetBytes($"x{other}x")));
    }

    [Theory]
    [InlineData("Sites/x/*")]
    [InlineData("Sites/x/")]
    [InlineData("a")]
    [InlineData("?a*b?")]
    [InlineData("\u00fc\u00dc\u00fc")]
    public void A_pattern_that_says_too_little_passes_nothing_over(string pattern) =>
        Assert.Null(NamePattern.Parse(pattern).Part);

    [Fact]
    public void No_form_of_a_letter_is_passed_over_that_matches()
    {
        ILookup<char, char> forms = Enumerable
            .Range(0x20, 0xD7E0)
            .Select(static number => (char)number)
            .ToLookup(char.ToUpperInvariant);
        foreach (char letter in forms.SelectMany(static same => same).Where(static letter => letter is not '/'))
        {
            NamePattern pattern = NamePattern.Parse($"{letter}{letter}");
            foreach (char form in forms[char.ToUpperInvariant(letter)].Append(char.ToLowerInvariant(letter)))
            {
                string name = $"{form}{letter}";
                bool isPassedOver = pattern.Part?.IsIn(Encoding.UTF8.GetBytes(name)) == false;
                Assert.False(isPassedOver && pattern.Matches(Named(name)), $"{letter} ({(int)letter:x}): {name}");
            }
        }
    }

    private static CatalogueNode Named(string name) => new(1, "workspace://SpacesStore", "1", name, 2);
}
