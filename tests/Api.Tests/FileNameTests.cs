using System.Text;
using AlfrescoBackupFlows.Documents;

namespace AlfrescoBackupFlows.Api.Tests;

/// <summary>What a file is called that has the name of a document.</summary>
public sealed class FileNameTests
{
    [Theory]
    [InlineData("report.pdf", "report.pdf")]
    [InlineData(".curlrc", "_.curlrc")]
    [InlineData(" .bash_login ", "_.bash_login")]
    [InlineData("../../etc/passwd", "_.._.._etc_passwd")]
    [InlineData("..", "document")]
    [InlineData(" . ", "document")]
    [InlineData("a\u202Efdp.exe", "a_fdp.exe")]
    [InlineData("CON.txt", "_CON.txt")]
    [InlineData("nul", "_nul")]
    [InlineData("Aux.tar.gz", "_Aux.tar.gz")]
    [InlineData("prn .pdf", "_prn .pdf")]
    [InlineData("com1. ", "_com1")]
    [InlineData("LPT\u00B2.doc", "_LPT\u00B2.doc")]
    [InlineData("conout$.txt", "_conout$.txt")]
    [InlineData("console.txt", "console.txt")]
    [InlineData("com10.txt", "com10.txt")]
    [InlineData("a.con", "a.con")]
    public void It_leads_nowhere_and_to_no_device_and_no_program_reads_it_by_itself(string name, string file) =>
        Assert.Equal(file, FileName.Safe(name));

    /// <summary>A database has texts of up to 64 KiB: all of them at once.</summary>
    [Theory]
    [InlineData("x", ".docx")]
    [InlineData("é", ".docx")]
    [InlineData("😀", ".docx")]
    [InlineData(".x", "")]
    public void A_long_one_is_cut_between_two_letters_and_keeps_its_extension(string letter, string extension)
    {
        string name = string.Concat(Enumerable.Repeat(letter, 30_000)) + extension;
        long before = GC.GetAllocatedBytesForCurrentThread();

        string file = FileName.Safe(name);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 << 20);
        Assert.InRange(Encoding.UTF8.GetByteCount(file), 230, 240);
        Assert.EndsWith(extension, file, StringComparison.Ordinal);
        Assert.DoesNotContain('\uFFFD', Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(file)));
    }

    [Fact]
    public void An_extension_without_an_end_is_none()
    {
        string file = FileName.Safe("a." + new string('x', 65_000));

        Assert.Equal("a." + new string('x', 238), file);
    }
}
