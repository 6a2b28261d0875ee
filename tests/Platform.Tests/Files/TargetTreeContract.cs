using System.Runtime.Versioning;
using System.Text;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using Xunit;

namespace AlfrescoBackupFlows.Platform.Tests.Files;

/// <summary>What every target tree does. The portable one, which Windows has, is held to it on Linux as well.</summary>
[Trait("needs", "linux")]
[SupportedOSPlatform("linux")]
public abstract class TargetTreeContract : IDisposable
{
    private readonly TempTree _temp = new();

    private protected abstract TargetTree Open(string path);

    /// <summary>A time, in nanoseconds, as exactly as this tree keeps it.</summary>
    private protected abstract long Kept(long mtimeNs);

    public void Dispose()
    {
        _temp.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void A_missing_directory_is_made_only_where_that_is_asked_for()
    {
        AssertTarget(() => Open(_temp.At("new/target")), "new/target");
        Assert.False(Directory.Exists(_temp.At("new")));

        TargetTree.Open(_temp.At("new/target"), create: true).Dispose();
        Open(_temp.At("new/target")).Dispose();
    }

    [Fact]
    public void A_target_that_is_a_link_is_refused()
    {
        Directory.CreateDirectory(_temp.At("elsewhere"));
        Directory.CreateSymbolicLink(_temp.At("link"), _temp.At("elsewhere"));
        AssertTarget(() => Open(_temp.At("link")), "link");
    }

    [Fact]
    public void A_file_gets_its_bytes_its_time_and_its_mode()
    {
        Directory.CreateDirectory(_temp.At("new/target"));
        using var tree = Open(_temp.At("new/target"));
        tree.CreateDirectory("a/b"u8);
        using (var file = tree.CreateFile("a/b/file"u8))
        {
            file.Write("56789"u8, 5);
            file.Write("01234"u8, 0);
            Assert.True(file.TrySetMode(Convert.ToInt32("2640", 8)));
            Assert.True(file.TrySetTimes(1_234_567_890_123_456_789));
            file.Flush();
        }

        Assert.True(tree.TrySetMode("a/b"u8, Convert.ToInt32("555", 8)));
        Assert.True(tree.TrySetTimes("a/b"u8, -100));
        tree.Flush();

        Assert.Equal("0123456789", File.ReadAllText(_temp.At("new/target/a/b/file")));
        var stat = tree.TryStat("a/b/file"u8)!.Value;
        Assert.Equal(Kept(1_234_567_890_123_456_789), stat.MtimeNs);
        Assert.Equal(Convert.ToInt32("2640", 8), stat.Mode);
        Assert.Equal(Kept(-100), tree.TryStat("a/b"u8)!.Value.MtimeNs);
        Assert.Equal(Convert.ToInt32("555", 8), tree.TryStat("a/b"u8)!.Value.Mode);
        tree.TrySetMode("a/b"u8, Convert.ToInt32("755", 8));
    }

    [Fact]
    public void What_is_made_is_private_until_its_mode_is_set()
    {
        using var tree = Open(_temp.Path);
        tree.CreateDirectory("d"u8);
        tree.CreateFile("d/f"u8).Dispose();

        Assert.Equal(Convert.ToInt32("700", 8), tree.TryStat("d"u8)!.Value.Mode);
        Assert.Equal(Convert.ToInt32("600", 8), tree.TryStat("d/f"u8)!.Value.Mode);
    }

    [Fact]
    public void A_file_that_exists_is_a_fault_and_a_directory_that_exists_is_fine()
    {
        using var tree = Open(_temp.Path);
        tree.CreateDirectory("d"u8);
        tree.CreateDirectory("d"u8);
        tree.CreateFile("d/f"u8).Dispose();

        AssertTarget(() => tree.CreateFile("d/f"u8), "d/f");
        AssertTarget(() => tree.CreateDirectory("d/f"u8), "d/f");
    }

    [Fact]
    public void A_link_is_never_followed_wherever_it_stands()
    {
        using var outside = new TempTree();
        File.WriteAllText(outside.At("victim"), "untouched");
        var mode = File.GetUnixFileMode(outside.At("victim"));
        File.CreateSymbolicLink(_temp.At("directory"), outside.Path);
        File.CreateSymbolicLink(_temp.At("file"), outside.At("victim"));
        File.CreateSymbolicLink(_temp.At("dangling"), outside.At("made"));
        using var tree = Open(_temp.Path);

        AssertTarget(() => tree.CreateFile("directory/new"u8), "directory");
        AssertTarget(() => tree.CreateDirectory("directory/new"u8), "directory");
        AssertTarget(() => tree.CreateDirectory("directory"u8), "directory");
        AssertTarget(() => tree.CreateFile("file"u8), "file");
        AssertTarget(() => tree.CreateFile("dangling"u8), "dangling");
        AssertTarget(() => tree.TrySetMode("file"u8, 0), "file");
        AssertTarget(() => tree.Delete("directory/victim"u8), "directory");
        AssertTarget(() => tree.OpenBeneath("directory"u8), "directory");
        AssertTarget(() => tree.OpenBeneath("directory/below"u8), "directory");
        Assert.Null(tree.TryStat("directory/victim"u8));
        Assert.Equal(EntryType.Symlink, tree.TryStat("file"u8)!.Value.Type);
        Assert.True(tree.TrySetTimes("file"u8, 0));
        tree.Delete("file"u8);

        Assert.Equal(["victim"], Directory.GetFileSystemEntries(outside.Path).Select(Path.GetFileName));
        Assert.Equal("untouched", File.ReadAllText(outside.At("victim")));
        Assert.Equal(mode, File.GetUnixFileMode(outside.At("victim")));
        Assert.NotEqual(DateTime.UnixEpoch, File.GetLastWriteTimeUtc(outside.At("victim")));
    }

    [Fact]
    public void A_file_in_an_open_directory_takes_the_place_of_what_had_its_name()
    {
        using var outside = new TempTree();
        File.WriteAllText(outside.At("victim"), "untouched");
        using var tree = Open(_temp.Path);
        using var directory = tree.OpenDirectory("a/b"u8);
        File.WriteAllText(_temp.At("a/b/file"), "an older and longer one");
        File.CreateSymbolicLink(_temp.At("a/b/link"), outside.At("victim"));
        Directory.CreateDirectory(_temp.At("a/b/empty"));
        Directory.CreateDirectory(_temp.At("a/b/full/x"));

        foreach (string name in (string[])["file", "link", "empty", "new"])
        {
            using var file = directory.ReplaceFile(Encoding.ASCII.GetBytes(name), Convert.ToInt32("6666", 8));
            file.Write("bytes"u8, 0);
            Assert.True(file.TrySetMode(Convert.ToInt32("6664", 8)));
            Assert.True(file.TrySetTimes(1_000_000_000));
        }

        foreach (string name in (string[])["file", "link", "empty", "new"])
        {
            Assert.Equal("bytes", File.ReadAllText(_temp.At("a/b/" + name)));
            var stat = directory.TryStat(Encoding.ASCII.GetBytes(name))!.Value;
            Assert.Equal(
                (EntryType.File, Convert.ToInt32("6664", 8), 1_000_000_000),
                (stat.Type, stat.Mode, stat.MtimeNs)
            );
        }

        AssertTarget(() => directory.ReplaceFile("full"u8, 0), "a/b/full");
        Assert.Null(directory.TryStat("none"u8));
        Assert.Equal("untouched", File.ReadAllText(outside.At("victim")));
        Assert.Throws<ArgumentException>(() => directory.ReplaceFile("../file"u8, 0));
        Assert.Throws<ArgumentException>(() => directory.TryStat("x/y"u8));
    }

    [Fact]
    public void A_directory_is_opened_where_no_link_leads_to_it()
    {
        using var outside = new TempTree();
        Directory.CreateDirectory(outside.At("below"));
        File.CreateSymbolicLink(_temp.At("link"), outside.Path);
        using var tree = Open(_temp.Path);
        tree.CreateDirectory("d"u8);
        tree.CreateFile("d/f"u8).Dispose();

        AssertTarget(() => tree.OpenDirectory("link"u8), "link");
        AssertTarget(() => tree.OpenDirectory("link/below"u8), "link");
        AssertTarget(() => tree.OpenDirectory("d/f"u8), "d/f");
        Assert.Throws<ArgumentException>(() => tree.OpenDirectory("../x"u8));
        Assert.Null(tree.TryOpenDirectory("link"u8));
        Assert.Null(tree.TryOpenDirectory("link/below"u8));
        Assert.Null(tree.TryOpenDirectory("d/f"u8));
        Assert.Null(tree.TryOpenDirectory("none/none"u8));
        using (var known = tree.TryOpenDirectory("d"u8)!)
        {
            Assert.False(known.IsNew);
            Assert.Equal(EntryType.File, known.TryStat("f"u8)!.Value.Type);
        }

        using var root = tree.OpenDirectory(default);
        Assert.False(root.IsNew);
        Assert.Equal(EntryType.Directory, root.TryStat("d"u8)!.Value.Type);
        Assert.False(Directory.Exists(_temp.At("none")));
    }

    [Fact]
    public void Deleting_takes_files_and_empty_directories_and_what_is_not_there()
    {
        using var tree = Open(_temp.Path);
        tree.CreateDirectory("d/e"u8);
        tree.CreateFile("d/f"u8).Dispose();

        AssertTarget(() => tree.Delete("d"u8), "d");
        tree.Delete("d/f"u8);
        tree.Delete("d/e"u8);
        tree.Delete("d"u8);
        tree.Delete("d"u8);
        tree.Delete("none/none"u8);

        Assert.Empty(Directory.GetFileSystemEntries(_temp.Path));
    }

    [Fact]
    public void A_directory_beneath_is_a_tree_of_its_own()
    {
        using var tree = Open(_temp.Path);
        using (var beneath = tree.OpenBeneath("stores/archive"u8))
        {
            beneath.CreateDirectory("d"u8);
            beneath.CreateFile("d/f"u8).Dispose();
            Assert.True(beneath.TrySetMode(default, Convert.ToInt32("755", 8)));
            Assert.True(beneath.TrySetTimes(default, 1_000_000_000));
            beneath.Flush();
            AssertTarget(() => beneath.CreateFile("d/f"u8), "stores/archive/d/f");
        }

        using var again = tree.OpenBeneath("stores/archive"u8);
        Assert.Equal(EntryType.File, again.TryStat("d/f"u8)!.Value.Type);
        Assert.Equal(
            (Convert.ToInt32("755", 8), 1_000_000_000),
            (again.TryStat(default)!.Value.Mode, again.TryStat(default)!.Value.MtimeNs)
        );
        AssertTarget(() => tree.OpenBeneath("stores/archive/d/f"u8), "stores/archive/d/f");
    }

    [Fact]
    public void What_cannot_be_there_is_not_there()
    {
        File.WriteAllText(_temp.At("file"), "");
        using var tree = Open(_temp.Path);

        Assert.Null(tree.TryStat("none"u8));
        Assert.Null(tree.TryStat("none/none"u8));
        Assert.Null(tree.TryStat("file/beneath"u8));
        Assert.Null(tree.TryStat(Encoding.ASCII.GetBytes(new string('n', 300))));
        Assert.Null(tree.TryStat(Encoding.ASCII.GetBytes(new string('n', 300) + "/beneath")));
    }

    [Fact]
    public void A_path_that_leaves_the_target_is_refused()
    {
        using var tree = Open(_temp.Path);
        Assert.Throws<ArgumentException>(() => tree.CreateFile("../x"u8));
        Assert.Throws<ArgumentException>(() => tree.CreateFile("/tmp/x"u8));
        Assert.Throws<ArgumentException>(() => tree.CreateDirectory("a/../../x"u8));
        Assert.Throws<ArgumentException>(() => tree.OpenBeneath("../x"u8));
    }

    private static void AssertTarget(Action action, string named)
    {
        var fault = Assert.Throws<PermanentException>(action);
        Assert.Equal(ErrorKind.Target, fault.Kind);
        Assert.Contains(named, fault.Message);
    }
}
