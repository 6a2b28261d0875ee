using Xunit;

namespace AlfrescoBackupFlows.Platform.Tests;

public sealed class PlainTextTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("store://2024/1/a b.bin", "store://2024/1/a b.bin")]
    [InlineData("Übergröße 文書 🙂 e\u0301", "Übergröße 文書 🙂 e\u0301")]
    [InlineData("a\nerror: forged", "a\\u000aerror: forged")]
    [InlineData("a\r\tb", "a\\u000d\\u0009b")]
    [InlineData("\u001b[2J\u0007", "\\u001b[2J\\u0007")]
    [InlineData("\u009b31m", "\\u009b31m")]
    [InlineData("nul\0", "nul\\u0000")]
    [InlineData("a\u2028b\u2029c\u0085d", "a\\u2028b\\u2029c\\u0085d")]
    [InlineData("bin.\u202efdp", "bin.\\u202efdp")]
    [InlineData("tag \U000e0001", "tag \\udb40\\udc01")]
    public void What_a_terminal_would_obey_is_shown_and_not_done(string text, string shown)
    {
        Assert.Equal(shown, PlainText.Escape(text));
        Assert.Equal(shown, PlainText.Escape(shown));
    }

    [Fact]
    public void Half_a_pair_is_shown_as_its_number() =>
        Assert.Equal("a\\ud83db", PlainText.Escape("a" + (char)0xd83d + "b"));
}
