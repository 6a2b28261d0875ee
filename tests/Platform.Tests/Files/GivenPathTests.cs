using System.Diagnostics;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Testing;
using Xunit;

namespace AlfrescoBackupFlows.Platform.Tests.Files;

public sealed class GivenPathTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(4095)]
    [InlineData(4096)]
    [InlineData(10_000)]
    public void A_file_up_to_the_bound_is_read_whole(int length)
    {
        byte[] bytes = [.. Enumerable.Range(0, length).Select(i => (byte)i)];
        File.WriteAllBytes(_temp.Combine("file"), bytes);

        Assert.Equal(bytes, GivenPath.ReadAll(_temp.Combine("file"), 10_000));
    }

    [Fact]
    [Trait("needs", "linux")]
    public void A_longer_file_is_refused_however_little_of_it_is_on_the_disk()
    {
        using (FileStream sparse = File.Create(_temp.Combine("file")))
        {
            sparse.SetLength(1L << 40);
        }

        IOException e = Assert.Throws<IOException>(() => GivenPath.ReadAll(_temp.Combine("file"), 10_000));
        Assert.Equal("it has more than 10000 bytes", e.Message);
        PermanentException secret = Assert.Throws<PermanentException>(() =>
            SecretFile.Read(_temp.Combine("file"), "x.file")
        );
        Assert.Contains("more than", secret.Message);
    }

    [Fact]
    [Trait("needs", "linux")]
    public void A_file_that_does_not_know_its_length_is_read_and_bounded_too()
    {
        Assert.Equal(File.ReadAllBytes("/proc/version"), GivenPath.ReadAll("/proc/version", 10_000));
        Assert.Throws<IOException>(() => GivenPath.ReadAll("/proc/version", 10));
    }

    [Theory]
    [Trait("needs", "linux")]
    [InlineData("pipe", "a pipe")]
    [InlineData("link", "a pipe")]
    [InlineData("/dev/zero", "a device")]
    [InlineData(".", "a directory")]
    [InlineData("loop", "links")]
    public void What_is_no_regular_file_is_named_and_never_waited_for(string name, string expected)
    {
        using (var made = Process.Start("mkfifo", [_temp.Combine("pipe")]))
        {
            made.WaitForExit();
        }

        File.CreateSymbolicLink(_temp.Combine("link"), "pipe");
        File.CreateSymbolicLink(_temp.Combine("loop"), "loop");
        string path = Path.Combine(_temp.Path, name);

        IOException e = Assert.ThrowsAny<IOException>(() => GivenPath.ReadAll(path, 10_000));
        Assert.Contains(expected, e.Message);
        PermanentException secret = Assert.Throws<PermanentException>(() => SecretFile.Read(path, "x.file"));
        Assert.StartsWith($"x.file '{path}' cannot be read", secret.Message);
    }

    [Fact]
    [Trait("needs", "linux")]
    public void The_way_may_lead_over_links()
    {
        File.WriteAllText(_temp.Combine("file"), "word\n");
        File.CreateSymbolicLink(_temp.Combine("link"), "file");

        Assert.Equal("word\n"u8, GivenPath.ReadAll(_temp.Combine("link"), 10_000));
    }
}
