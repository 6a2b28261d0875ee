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
