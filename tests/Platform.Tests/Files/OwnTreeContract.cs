using System.Text;
using AlfrescoBackupFlows.Platform.Files;
using Xunit;

namespace AlfrescoBackupFlows.Platform.Tests.Files;

public abstract class OwnTreeContract : IDisposable
{
    private readonly TempTree _temp = new();

    protected OwnTreeContract()
    {
        Directory.CreateDirectory(_temp.At("root"));
        Directory.CreateDirectory(_temp.At("outside"));
        File.WriteAllText(_temp.At("outside/file"), "precious");
    }

    private protected string Root => _temp.At("root");

    private OwnTree Tree => Open(Root, isPrivate: false);

    private protected abstract OwnTree Open(string root, bool isPrivate);

    public void Dispose()
    {
        string[] outside = [.. Directory.EnumerateFileSystemEntries(_temp.At("outside"))];
        string text = File.ReadAllText(_temp.At("outside/file"));
        _temp.Dispose();
        Assert.Equal([_temp.At("outside/file")], outside);
        Assert.Equal("precious", text);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void A_file_is_created_once_replaced_read_and_deleted()
    {
        Assert.True(Tree.TryCreate("a/b/file", "t/1", "one"u8));
        Assert.False(Tree.TryCreate("a/b/file", "t/2", "two"u8));
        Assert.Equal("one", Encoding.UTF8.GetString(Tree.TryReadAll("a/b/file", 3)!));
        Tree.Replace("a/b/file", "t/3", "three"u8);
        Assert.Equal(5, Tree.TryStat("a/b/file")!.Value.Size);
        Assert.Throws<UnsafeEntryException>(() => Tree.TryReadAll("a/b/file", 4));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_temp.At("root/t")));
        Assert.True(Tree.Delete("a/b/file"));
        Assert.False(Tree.Delete("a/b/file"));
    }

    [Fact]
    public void Files_of_several_directories_are_looked_at_and_deleted_together()
    {
        foreach (string path in (string[])["a/1", "a/2", "a/3", "b/1", "top"])
        {
            Assert.True(Tree.TryCreate(path, "t/1", "one"u8));
        }

        Assert.Equal([3L, null, 3L], Tree.TryStatAll("a", ["1", "none", "2"]).Select(file => file?.Size));
        Assert.Equal([null], Tree.TryStatAll("none", ["1"]));
        Assert.Equal(
            [true, false, false, true, true, true],
            Tree.DeleteAll(["a/1", "a/none", "none/1", "b/1", "a/2", "top"])
        );
        Assert.NotNull(Tree.TryStat("a/3"));
        Assert.Null(Tree.TryStat("a/1"));
        Assert.Null(Tree.TryStat("top"));
    }

    [Fact]
    public void What_is_missing_is_null_and_so_is_what_cannot_be()
    {
        Tree.TryCreate("file", "t", "x"u8);
        foreach (string path in (string[])["none", "none/none", "file/below"])
        {
            Assert.Null(Tree.TryStat(path));
            Assert.Null(Tree.TryOpenRead(path));
            Assert.False(Tree.Delete("none"));
        }

        Assert.False(Tree.TryVisit("none", (_, _) => Assert.Fail()));
        Assert.Null(Tree.Beneath("none").TryIdentify());
        Assert.NotNull(Tree.TryIdentify());
    }

    [Fact]
    public void A_tree_beneath_another_is_made_within_it()
    {
        OwnTree inner = Tree.Beneath("x/y");
        inner.CreateDirectory("");
        Assert.True(inner.TryCreate("file", "t", "x"u8));
        Assert.Equal(_temp.At("root/x/y/file"), inner.Describe("file"));
        Assert.True(File.Exists(inner.Describe("file")));
    }

    [Fact]
    public void A_lock_is_held_by_one_and_free_again_afterwards()
    {
        using (IDisposable? held = Tree.TryLock("lock"))
        {
            Assert.NotNull(held);
            Assert.Null(Tree.TryLock("lock"));
        }

        using IDisposable? again = Tree.TryLock("lock");
        Assert.NotNull(again);
    }

    [Fact]
    public void Writing_at_the_end_keeps_what_is_there()
    {
        foreach (string text in (string[])["one", "two"])
        {
            using FileStream file = Tree.OpenAppend("log");
            file.Write(Encoding.UTF8.GetBytes(text));
        }

        Assert.Equal("onetwo", Encoding.UTF8.GetString(Tree.TryReadAll("log", 100)!));
        Tree.Move("log", "log.1");
        Assert.NotNull(Tree.TryStat("log.1"));
    }

    [Theory]
    [InlineData("link/new")]
    [InlineData("link/new/new")]
    [InlineData("link/file")]
    public void No_directory_on_the_way_is_a_link(string path)
    {
        Directory.CreateSymbolicLink(_temp.At("root/link"), _temp.At("outside"));
        AllRefused("link", path);
        Assert.Throws<UnsafeEntryException>(() => Tree.Replace(path, "t", "x"u8));
        Assert.Throws<UnsafeEntryException>(() => Tree.TryCreate("fine", path, "x"u8));
        Assert.Throws<UnsafeEntryException>(() => Tree.CreateDirectory("link"));
        Assert.Throws<UnsafeEntryException>(() => Tree.TryVisit("link", (_, _) => Assert.Fail()));
        Assert.Throws<UnsafeEntryException>(() => Tree.Beneath("link").TryIdentify());
        Assert.Throws<UnsafeEntryException>(() => Tree.Beneath("link").TryStat("file"));
    }

    [Theory]
    [InlineData("outside/file")]
    [InlineData("outside/none")]
    public void No_file_is_a_link(string target)
    {
        File.CreateSymbolicLink(_temp.At("root/link"), _temp.At(target));
        AllRefused("link", "link");
    }

    [Fact]
    public void A_link_in_the_place_of_the_root_is_the_administrators()
    {
        Directory.CreateSymbolicLink(_temp.At("to-root"), Root);
        Assert.True(Open(_temp.At("to-root"), isPrivate: false).TryCreate("file", "t", "x"u8));
        Assert.True(File.Exists(_temp.At("root/file")));
    }

    [Theory]
    [InlineData("../outside/file")]
    [InlineData("a/../../outside/file")]
    [InlineData("/etc/passwd")]
    public void A_path_that_leads_out_is_a_defect_of_the_caller(string path) =>
        Assert.Throws<ArgumentException>(() => Tree.TryStat(path));

    private protected void AllRefused(string names, string path)
    {
        Action[] all =
        [
            () => Tree.TryStat(path),
            () => Tree.TryOpenRead(path),
            () => Tree.OpenAppend(path),
            () => Tree.TryLock(path),
            () => Tree.TryCreate(path, "t", "x"u8),
            () => Tree.Delete(path),
        ];
        Assert.All(
            all,
            call => Assert.Contains(Path.Combine(Root, names), Assert.Throws<UnsafeEntryException>(call).Message)
        );
    }
}
