using System.Runtime.Versioning;
using AlfrescoBackupFlows.Platform.Files;
using Xunit;

namespace AlfrescoBackupFlows.Platform.Tests.Files;

[SupportedOSPlatform("linux")]
public sealed class LinuxTargetTreeTests : TargetTreeContract
{
    private protected override TargetTree Open(string path) => TargetTree.Open(path);

    private protected override long Kept(long mtimeNs) => mtimeNs;

    [Fact]
    public void Only_a_directory_that_was_just_made_is_new()
    {
        using var temp = new TempTree();
        using var tree = Open(temp.Path);
        using var made = tree.OpenDirectory("a/b/c"u8);
        using var above = tree.OpenDirectory("a/b"u8);
        using var beside = tree.OpenDirectory("a/b/d"u8);

        Assert.True(made.IsNew);
        Assert.False(above.IsNew);
        Assert.True(beside.IsNew);
        Assert.Equal(Convert.ToInt32("700", 8), tree.TryStat("a/b/c"u8)!.Value.Mode);
    }

    [Theory]
    [InlineData("644", "600")]
    [InlineData("6777", "600")]
    [InlineData("440", "400")]
    [InlineData("600", "600")]
    [InlineData("0", "0")]
    public void A_file_is_for_its_maker_alone_until_it_gets_its_mode(string mode, string before)
    {
        using var temp = new TempTree();
        File.WriteAllText(temp.At("file"), "what was there");
        using var tree = Open(temp.Path);
        using var directory = tree.OpenDirectory(default);
        int bits = Convert.ToInt32(mode, 8);
        using var file = directory.ReplaceFile("file"u8, bits);
        file.Write("bytes"u8, 0);
        var stat = directory.TryStat("file"u8)!.Value;

        Assert.Equal(Convert.ToInt32(before, 8), stat.Mode);
        Assert.True(file.TrySetOwner(stat.Uid, stat.Gid));
        Assert.Equal(Convert.ToInt32(before, 8), directory.TryStat("file"u8)!.Value.Mode);
        Assert.True(file.TrySetMode(bits));
        Assert.Equal(bits, directory.TryStat("file"u8)!.Value.Mode);
    }

    [Fact]
    public void A_directory_stays_open_when_a_link_takes_its_place()
    {
        using var temp = new TempTree();
        using var outside = new TempTree();
        using var tree = Open(temp.Path);
        using var directory = tree.OpenDirectory("a/b"u8);
        Directory.Move(temp.At("a/b"), temp.At("moved"));
        File.CreateSymbolicLink(temp.At("a/b"), outside.Path);

        directory.ReplaceFile("file"u8, 0).Dispose();

        Assert.Empty(Directory.GetFileSystemEntries(outside.Path));
        Assert.True(File.Exists(temp.At("moved/file")));
    }
}
