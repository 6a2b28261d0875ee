using System.Runtime.Versioning;
using System.Text;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using Xunit;

namespace AlfrescoBackupFlows.Platform.Tests.Files;

/// <summary>What every source tree does. The portable one, which Windows has, is held to it on Linux as well.</summary>
[Trait("needs", "linux")]
[SupportedOSPlatform("linux")]
public abstract class SourceTreeContract : IDisposable
{
    private protected TempTree Temp { get; } = new();

    private protected abstract SourceTree Open(string path);

    public void Dispose()
    {
        Temp.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void A_directory_is_listed_in_the_order_of_its_names_bytes()
    {
        foreach (var name in new[] { "b", "a", "B", "é", "a.b", "a-b", "日本" })
        {
            File.WriteAllText(Temp.At(name), name);
        }

        using var tree = Open(Temp.Path);

        var names = tree.TryReadDirectory(""u8)!.Select(entry => Encoding.UTF8.GetString(entry.Name));
        Assert.Equal(["B", "a", "a-b", "a.b", "b", "é", "日本"], names);
    }

    [Fact]
    public void What_is_not_there_is_null()
    {
        File.WriteAllText(Temp.At("file"), "");
        using var tree = Open(Temp.Path);

        Assert.Null(tree.TryStat("none"u8));
        Assert.Null(tree.TryStat("file/beneath"u8));
        Assert.Null(tree.TryOpen("none/none"u8));
        Assert.Null(tree.TryReadDirectory("none"u8));
        Assert.Null(tree.TryReadDirectory("file"u8));
        Assert.Null(tree.TryStat(Encoding.ASCII.GetBytes(new string('n', 300))));
    }

    [Fact]
    public void A_missing_root_is_a_fault_of_the_source_that_names_it()
    {
        var fault = Assert.Throws<PermanentException>(() => Open(Temp.At("none")));
        Assert.Equal(ErrorKind.Source, fault.Kind);
        Assert.Contains(Temp.At("none"), fault.Message);
    }

    [Fact]
    public void Links_are_followed_only_when_asked()
    {
        File.WriteAllText(Temp.At("file"), "123");
        Directory.CreateDirectory(Temp.At("directory"));
        File.CreateSymbolicLink(Temp.At("link"), "file");
        File.CreateSymbolicLink(Temp.At("dangling"), "nowhere");
        File.CreateSymbolicLink(Temp.At("loop"), "loop");
        File.CreateSymbolicLink(Temp.At("to-directory"), "directory");
        using var tree = Open(Temp.Path);

        Assert.Equal(EntryType.Symlink, tree.TryStat("link"u8)!.Value.Type);
        Assert.Equal(3, tree.TryStat("link"u8, followLinks: true)!.Value.Size);
        Assert.Null(tree.TryStat("dangling"u8, followLinks: true));
        Assert.Null(tree.TryReadDirectory("to-directory"u8));
        Assert.Empty(tree.TryReadDirectory("to-directory"u8, followLinks: true)!);
        Assert.Equal(
            UnreadableReason.Link,
            Assert.Throws<SourceUnreadableException>(() => tree.TryOpen("link"u8)).Reason
        );
        Assert.Equal(
            UnreadableReason.Link,
            Assert.Throws<SourceUnreadableException>(() => tree.TryStat("loop"u8, followLinks: true)).Reason
        );
        using var followed = tree.TryOpen("link"u8, followLinks: true);
        Assert.NotNull(followed);
    }

    [Fact]
    public void An_open_file_is_not_affected_by_rename_and_delete()
    {
        File.WriteAllText(Temp.At("file"), "first");
        using var tree = Open(Temp.Path);
        using var file = tree.TryOpen("file"u8)!;

        File.WriteAllText(Temp.At("other"), "second!");
        File.Move(Temp.At("other"), Temp.At("file"), overwrite: true);

        var buffer = new byte[5];
        Assert.Equal(5, file.Read(buffer, 0));
        Assert.Equal("first"u8, buffer);
        Assert.Equal((5, 7), (file.Stat().Size, tree.TryStat("file"u8)!.Value.Size));
    }

    [Fact]
    public void A_file_that_is_made_anew_in_a_directory_made_anew_is_found()
    {
        Directory.CreateDirectory(Temp.At("a/b"));
        File.WriteAllText(Temp.At("a/b/old"), "1");
        using var tree = Open(Temp.Path);
        Assert.Single(tree.TryReadDirectory("a/b"u8)!);
        Assert.Equal(1, tree.TryStat("a/b/old"u8)!.Value.Size);

        Directory.Move(Temp.At("a/b"), Temp.At("a/moved"));
        Directory.CreateDirectory(Temp.At("a/b"));
        File.WriteAllText(Temp.At("a/b/new"), "123");

        Assert.Equal(3, tree.TryStat("a/b/new"u8)!.Value.Size);
        using var opened = tree.TryOpen("a/b/new"u8)!;
        Assert.Equal((3, 3), (opened.Opened.Size, opened.Stat().Size));
        Assert.Null(tree.TryStat("a/b/none"u8));
        Assert.Null(tree.TryOpen("a/b/none"u8));
    }

    [Fact]
    public void Several_threads_read_one_tree()
    {
        for (var i = 0; i < 16; i++)
        {
            Directory.CreateDirectory(Temp.At($"{i}"));
            File.WriteAllBytes(Temp.At($"{i}/file"), new byte[i]);
        }

        using var tree = Open(Temp.Path);

        Parallel.For(
            0,
            4_000,
            new ParallelOptions { MaxDegreeOfParallelism = 8 },
            turn =>
            {
                var directory = Encoding.ASCII.GetBytes($"{turn % 16}");
                byte[] path = [.. directory, .. "/file"u8];
                Assert.Single(tree.TryReadDirectory(directory)!);
                using var file = tree.TryOpen(path)!;
                Assert.Equal((turn % 16, turn % 16), (tree.TryStat(path)!.Value.Size, file.Opened.Size));
            }
        );
    }

    [Fact]
    public void Reads_are_full_up_to_the_end_and_empty_past_it()
    {
        File.WriteAllBytes(Temp.At("file"), new byte[100_000]);
        using var tree = Open(Temp.Path);
        using var file = tree.TryOpen("file"u8)!;
        var buffer = new byte[65_536];

        Assert.Equal(65_536, file.Read(buffer, 0));
        Assert.Equal(34_464, file.Read(buffer, 65_536));
        Assert.Equal(0, file.Read(buffer, 100_000));
        Assert.Equal(0, file.Read(buffer, 200_000));
    }

    [Fact]
    public void A_file_that_grows_is_read_whole_once_its_new_length_was_told()
    {
        File.WriteAllBytes(Temp.At("file"), [1, 2, 3]);
        using var tree = Open(Temp.Path);
        using var file = tree.TryOpen("file"u8)!;
        File.AppendAllBytes(Temp.At("file"), [4, 5]);
        var buffer = new byte[8];

        Assert.InRange(file.Read(buffer, 0), 3, 5);
        Assert.Equal((3, 5), (file.Opened.Size, file.Stat().Size));
        Assert.Equal(5, file.Read(buffer, 0));
        Assert.Equal([1, 2, 3, 4, 5, 0, 0, 0], buffer);
        Assert.Equal(1, file.Read(buffer, 4));
        Assert.Equal(0, file.Read(buffer, 5));
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("../x")]
    [InlineData("a/../b")]
    [InlineData("a//b")]
    [InlineData("a/")]
    [InlineData("./a")]
    [InlineData("a\0b")]
    public void A_path_that_leaves_the_root_is_refused(string path)
    {
        using var tree = Open(Temp.Path);
        Assert.False(TreePath.IsValid(Encoding.UTF8.GetBytes(path)));
        Assert.Throws<ArgumentException>(() => tree.TryStat(Encoding.UTF8.GetBytes(path)));
        Assert.Throws<ArgumentException>(() => tree.TryOpen(Encoding.UTF8.GetBytes(path)));
        Assert.Throws<ArgumentException>(() => tree.TryReadDirectory(Encoding.UTF8.GetBytes(path)));
    }
}
