using System.Text;
using AlfrescoBackupFlows.Platform.Errors;
using Xunit;

namespace AlfrescoBackupFlows.Platform.Tests;

public sealed class SecretFileTests : IDisposable
{
    private readonly string _path = Path.Combine(Directory.CreateTempSubdirectory("abf-secret-").FullName, "secret");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_path)!, recursive: true);

    [Theory]
    [InlineData("word\n", "word")]
    [InlineData("word\r\n", "word")]
    [InlineData("word", "word")]
    [InlineData("word\n\n", "word\n")]
    [InlineData(" wörd # = \t\n", " wörd # = \t")]
    [InlineData("\uFEFFword", "\uFEFFword")]
    [InlineData("word\r", "word\r")]
    public void One_final_line_end_is_dropped_and_all_else_kept(string content, string expected)
    {
        File.WriteAllBytes(_path, Encoding.UTF8.GetBytes(content));

        Assert.Equal(expected, SecretFile.Read(_path, "x.file").Value.Reveal());
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void A_file_that_others_can_read_is_a_warning()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no permission bits.");
        File.WriteAllText(_path, "word");
        File.SetUnixFileMode(_path, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Assert.StartsWith($"x.file '{_path}' is readable by others", SecretFile.Read(_path, "x.file").Warning);
        File.SetUnixFileMode(_path, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        Assert.Null(SecretFile.Read(_path, "x.file").Warning);
    }

    [Theory]
    [InlineData(new byte[0], "is empty")]
    [InlineData(new byte[] { 10 }, "is empty")]
    [InlineData(new byte[] { 0xC3, 0x28 }, "is not UTF-8")]
    public void What_cannot_be_a_secret_is_refused(byte[] content, string expected)
    {
        File.WriteAllBytes(_path, content);

        Assert.Contains(expected, Assert.Throws<PermanentException>(() => SecretFile.Read(_path, "x.file")).Message);
    }

    [Fact]
    public void An_absent_file_and_a_directory_are_named()
    {
        Assert.Contains(
            "does not exist",
            Assert.Throws<PermanentException>(() => SecretFile.Read(_path, "x.file")).Message
        );
        Assert.Contains(
            "cannot be read",
            Assert.Throws<PermanentException>(() => SecretFile.Read(Path.GetDirectoryName(_path)!, "x.file")).Message
        );
    }
}
