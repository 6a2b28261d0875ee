using System.Diagnostics;
using System.Runtime.Versioning;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Platform.Files.Linux;
using AlfrescoBackupFlows.Platform.State;
using Xunit;

namespace AlfrescoBackupFlows.Platform.Tests.Files;

[SupportedOSPlatform("linux")]
[Trait("needs", "linux")]
public sealed class LinuxOwnTreeTests : OwnTreeContract
{
    private protected override OwnTree Open(string root, bool isPrivate) => new LinuxOwnTree(root, "", isPrivate);

    [Theory]
    [InlineData("a", false)]
    [InlineData("a/file", true)]
    public void What_another_user_owns_is_not_written_to_and_not_read_where_it_is_private(string given, bool isFile)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can give files away");
        Open(Root, isPrivate: true).TryCreate("a/file", "a/t", "x"u8);
        GiveAway(Path.Combine(Root, given));

        var refused = Assert.Throws<UnsafeEntryException>(() => Open(Root, isPrivate: false).OpenAppend("a/file"));
        Assert.Contains($"'{Path.Combine(Root, given)}' belongs to user 65534", refused.Message);
        Assert.Throws<UnsafeEntryException>(() => Open(Root, isPrivate: true).TryOpenRead("a/file"));
        Open(Root, isPrivate: false).TryOpenRead("a/file")!.Dispose();
        if (!isFile)
        {
            Assert.Throws<UnsafeEntryException>(() => Open(Root, isPrivate: false).Delete("a/file"));
        }
    }

    [Fact]
    public void What_the_owner_of_the_root_owns_is_ours()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can give files away");
        Open(Root, isPrivate: true).TryCreate("a/file", "a/t", "x"u8);
        GiveAway("-R", Root);
        Assert.Equal([(byte)'x'], Open(Root, isPrivate: true).TryReadAll("a/file", 1)!);
        Assert.True(Open(Root, isPrivate: true).Delete("a/file"));
    }

    /// <summary>Else the service of every night could not read what root's one command left.</summary>
    [Fact]
    public void What_root_makes_belongs_to_the_owner_of_the_directory()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can give files away");
        GiveAway(Root);
        OwnTree tree = Open(Root, isPrivate: true);

        tree.Replace("a/b/file", "a/t", "x"u8);
        tree.OpenAppend("log").Dispose();
        tree.TryLock("lock")!.Dispose();
        StateDirectory.Prepare(Path.Combine(Root, "deep", "state"));
        DurableFiles.CreateDirectory(Path.Combine(Root, "new", "repository"));
        PrivateFile.Create(Path.Combine(Root, "deep", "state", "scratch")).Dispose();

        string[] made = Directory.GetFileSystemEntries(Root, "*", SearchOption.AllDirectories);
        Assert.Equal(10, made.Length);
        Assert.All(made, path => Assert.Equal(65534u, tree.TryStat(Path.GetRelativePath(Root, path))!.Value.Uid));
    }

    [Fact]
    public void A_private_tree_is_for_its_owner_alone()
    {
        OwnTree tree = Open(Root, isPrivate: true);
        tree.Replace("a/b/file", "a/t", "x"u8);
        tree.OpenAppend("log").Dispose();
        tree.TryLock("lock")!.Dispose();
        foreach (string entry in Directory.EnumerateFileSystemEntries(Root, "*", SearchOption.AllDirectories))
        {
            Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(entry) & (UnixFileMode)0x3F);
        }
    }

    [Fact]
    public void No_file_is_a_pipe_and_nobody_waits_for_its_other_end()
    {
        using (Process pipe = Process.Start("mkfifo", Path.Combine(Root, "pipe")))
        {
            pipe.WaitForExit();
        }

        AllRefused("pipe", "pipe");
    }

    private static void GiveAway(params string[] what)
    {
        using Process chown = Process.Start("chown", [.. what[..^1], "65534", what[^1]]);
        chown.WaitForExit();
        Assert.Equal(0, chown.ExitCode);
    }
}
