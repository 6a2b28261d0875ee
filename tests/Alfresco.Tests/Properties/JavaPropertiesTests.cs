using System.Text;
using AlfrescoBackupFlows.Alfresco.Properties;
using CsCheck;
using Xunit;

namespace AlfrescoBackupFlows.Alfresco.Tests.Properties;

public sealed class JavaPropertiesTests
{
    [Theory]
    [InlineData("a=b", "a", "b")]
    [InlineData("a = b", "a", "b")]
    [InlineData("a:b", "a", "b")]
    [InlineData("a b", "a", "b")]
    [InlineData("a\t:\t= b", "a", "= b")]
    [InlineData("  a=b  ", "a", "b  ")]
    [InlineData("a", "a", "")]
    [InlineData("a=", "a", "")]
    [InlineData("a\\=b\\:c\\ d=e", "a=b:c d", "e")]
    [InlineData("a=\\u00e4\\u20AC", "a", "ä€")]
    [InlineData("a=C:\\\\data\\\\x", "a", "C:\\data\\x")]
    [InlineData("a=C:\\data", "a", "C:data")]
    [InlineData("a=x\\\n   y\\\r\n\tz", "a", "xyz")]
    [InlineData("a=x\\\\\nb=y", "b", "y")]
    [InlineData("a=x\\\n#y", "a", "x#y")]
    [InlineData("# a=1\n ! a=2\na=3\r\n\r\n", "a", "3")]
    [InlineData("a=1\ra=2\r", "a", "2")]
    [InlineData("a=1\na=2", "a", "2")]
    [InlineData("#c\\\na=1", "a", "1")]
    [InlineData("a=\\t\\n\\r\\f\\q", "a", "\t\n\r\fq")]
    [InlineData("a=x#y!z", "a", "x#y!z")]
    [InlineData("a=x\\", "a", "x")]
    public void A_line_is_read_as_Java_reads_it(string text, string key, string value)
    {
        Assert.Equal(value, JavaProperties.Parse(Encoding.Latin1.GetBytes(text))[key]);
    }

    [Fact]
    public void Bytes_are_Latin_1()
    {
        Assert.Equal(
            "pässwörd£",
            JavaProperties.Parse([.. "p="u8, (byte)'p', 0xE4, .. "ssw"u8, 0xF6, .. "rd"u8, 0xA3])["p"]
        );
    }

    [Theory]
    [InlineData("a=\\u12")]
    [InlineData("a=\\u12G4")]
    [InlineData("a=1\nsecret\\u =x")]
    public void A_malformed_escape_is_refused_by_its_line_and_never_quoted(string text)
    {
        FormatException fault = Assert.Throws<FormatException>(() =>
            JavaProperties.Parse(Encoding.Latin1.GetBytes(text))
        );
        Assert.Contains("line", fault.Message);
        Assert.DoesNotContain("secret", fault.Message);
    }

    [Fact]
    public void What_is_escaped_comes_back()
    {
        Gen.Select(Gen.String[1, 20], Gen.String[0, 40])
            .Sample(
                (key, value) =>
                    JavaProperties.Parse(
                        Encoding.Latin1.GetBytes($"# first\n{Escape(key)}={Escape(value)}\nzz\u0001=last")
                    )[key] == value
            );
    }

    [Fact]
    public void Any_bytes_are_read_or_refused()
    {
        Gen.Byte.Array[0, 200]
            .Sample(bytes =>
            {
                try
                {
                    JavaProperties.Parse(bytes);
                }
                catch (FormatException)
                {
                    // The one refusal there is.
                }
            });
    }

    private static string Escape(string text) => string.Concat(text.Select(c => $"\\u{(int)c:x4}"));
}
