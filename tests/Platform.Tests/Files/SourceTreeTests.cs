using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text;
using AlfrescoBackupFlows.Platform.Files;
using Xunit;

namespace AlfrescoBackupFlows.Platform.Tests.Files;

[Trait("needs", "linux")]
[SupportedOSPlatform("linux")]
public sealed class SourceTreeTests : IDisposable
{
    private readonly TempTree _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void A_directory_is_listed_in_the_order_of_its_names_bytes()
    {
        foreach (var name in new[] { "b", "a", "B", "é", "a.b", "a-b", "日本" })
        {
            File.WriteAllText(_temp.At(name), name);
        }

        using var tree = SourceTree.Open(_temp.Path);

        var names = tree.TryReadDirectory(""u8)!.Select(entry => Encoding.UTF8.GetString(entry.Name));
        Assert.Equal(["B", "a", "a-b", "a.b", "b", "é", "日本"], names);
    }

    [Fact]
    public void A_name_that_is_not_UTF8_is_listed_statted_and_read_by_its_bytes()
    {
        byte[] name = [(byte)'x', 0xFF, 0xFE, 0xC3, (byte)'y', (byte)'\n'];
        using (var target = TargetTree.Open(_temp.Path))
        using (var file = target.CreateFile(name))
        {
            file.Write("content"u8, 0);
        }

        using var tree = SourceTree.Open(_temp.Path);

        var entry = Assert.Single(tree.TryReadDirectory(default)!);
        Assert.Equal(name, entry.Name);
        Assert.Equal(7, tree.TryStat(name)!.Value.Size);
        using var source = tree.TryOpen(name)!;
        var buffer = new byte[16];
        Assert.Equal(7, source.Read(buffer, 0));
        Assert.Equal("content"u8, buffer.AsSpan(0, 7));
    }

    [Fact]
    public void A_stat_tells_what_the_system_tells()
    {
        File.WriteAllText(_temp.At("file"), "12345");
        File.SetUnixFileMode(_temp.At("file"), UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.SetGroup);
        var time = new DateTime(1969, 12, 31, 23, 59, 58, 500, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(_temp.At("file"), time);

        using var tree = SourceTree.Open(_temp.Path);
        var stat = tree.TryStat("file"u8)!.Value;

        Assert.Equal(EntryType.File, stat.Type);
        Assert.Equal(5, stat.Size);
        Assert.Equal(Convert.ToInt32("2440", 8), stat.Mode);
        Assert.Equal(-1_500_000_000, stat.MtimeNs);
        var told = Output("stat", "-c", "%u %g %i %Z", _temp.At("file")).Trim();
        Assert.Equal(told, $"{stat.Uid} {stat.Gid} {stat.Inode} {stat.CtimeNs / 1_000_000_000}");
    }

    [Fact]
    public void What_is_not_there_is_null()
    {
        File.WriteAllText(_temp.At("file"), "");
        using var tree = SourceTree.Open(_temp.Path);

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
        var fault = Assert.Throws<PermanentException>(() => SourceTree.Open(_temp.At("none")));
        Assert.Equal(ErrorKind.Source, fault.Kind);
        Assert.Contains(_temp.At("none"), fault.Message);
    }

    [Fact]
    public void Links_are_followed_only_when_asked()
    {
        File.WriteAllText(_temp.At("file"), "123");
        Directory.CreateDirectory(_temp.At("directory"));
        File.CreateSymbolicLink(_temp.At("link"), "file");
        File.CreateSymbolicLink(_temp.At("dangling"), "nowhere");
        File.CreateSymbolicLink(_temp.At("loop"), "loop");
        File.CreateSymbolicLink(_temp.At("to-directory"), "directory");
        using var tree = SourceTree.Open(_temp.Path);

        Assert.Equal(EntryType.Symlink, tree.TryStat("link"u8)!.Value.Type);
        Assert.Equal(3, tree.TryStat("link"u8, followLinks: true)!.Value.Size);
        Assert.Null(tree.TryStat("dangling"u8, followLinks: true));
        Assert.Null(tree.TryReadDirectory("to-directory"u8));
        Assert.Empty(tree.TryReadDirectory("to-directory"u8, followLinks: true)!);
        Assert.Equal(UnreadableReason.Link, Assert.Throws<SourceUnreadableException>(() => tree.TryOpen("link"u8)).Reason);
        Assert.Equal(UnreadableReason.Link, Assert.Throws<SourceUnreadableException>(() => tree.TryStat("loop"u8, followLinks: true)).Reason);
        using var followed = tree.TryOpen("link"u8, followLinks: true);
        Assert.NotNull(followed);
    }

    [Fact]
    public void Sockets_and_pipes_are_told_apart_and_never_block()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(_temp.At("socket")));
        Output("mkfifo", _temp.At("pipe"));
        using var tree = SourceTree.Open(_temp.Path);

        Assert.All(tree.TryReadDirectory(""u8)!, entry => Assert.Equal(EntryType.Other, entry.Type));
        Assert.Equal(UnreadableReason.NotAFile, Assert.Throws<SourceUnreadableException>(() => tree.TryOpen("pipe"u8)).Reason);
        Assert.Equal(UnreadableReason.NotAFile, Assert.Throws<SourceUnreadableException>(() => tree.TryOpen("socket"u8)).Reason);
    }

    [Fact]
    public void An_open_file_is_not_affected_by_rename_and_delete()
    {
        File.WriteAllText(_temp.At("file"), "first");
        using var tree = SourceTree.Open(_temp.Path);
        using var file = tree.TryOpen("file"u8)!;
        var before = file.Stat();

        File.WriteAllText(_temp.At("other"), "second!");
        File.Move(_temp.At("other"), _temp.At("file"), overwrite: true);

        var buffer = new byte[5];
        Assert.Equal(5, file.Read(buffer, 0));
        Assert.Equal("first"u8, buffer);
        Assert.Equal(before.Inode, file.Stat().Inode);
        Assert.NotEqual(before.Inode, tree.TryStat("file"u8)!.Value.Inode);
    }

    [Fact]
    public void Reads_are_full_up_to_the_end_and_empty_past_it()
    {
        File.WriteAllBytes(_temp.At("file"), new byte[100_000]);
        using var tree = SourceTree.Open(_temp.Path);
        using var file = tree.TryOpen("file"u8)!;
        var buffer = new byte[65_536];

        Assert.Equal(65_536, file.Read(buffer, 0));
        Assert.Equal(34_464, file.Read(buffer, 65_536));
        Assert.Equal(0, file.Read(buffer, 100_000));
        Assert.Equal(0, file.Read(buffer, 200_000));
    }

    [Fact]
    public void A_path_longer_than_the_kernel_takes_is_walked()
    {
        var component = new string('d', 200);
        var path = Encoding.ASCII.GetBytes(string.Join('/', Enumerable.Repeat(component, 50)));
        using (var target = TargetTree.Open(_temp.Path))
        {
            target.CreateDirectory(path);
            using var file = target.CreateFile([.. path, .. "/file"u8]);
            file.Write("deep"u8, 0);
        }

        using var tree = SourceTree.Open(_temp.Path);
        Assert.Equal(4, tree.TryStat([.. path, .. "/file"u8])!.Value.Size);
        Assert.Equal("file"u8, Assert.Single(tree.TryReadDirectory(path)!).Name);
        Assert.Null(tree.TryStat([.. path, .. "/none"u8]));
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
        using var tree = SourceTree.Open(_temp.Path);
        Assert.False(TreePath.IsValid(Encoding.UTF8.GetBytes(path)));
        Assert.Throws<ArgumentException>(() => tree.TryStat(Encoding.UTF8.GetBytes(path)));
        Assert.Throws<ArgumentException>(() => tree.TryOpen(Encoding.UTF8.GetBytes(path)));
        Assert.Throws<ArgumentException>(() => tree.TryReadDirectory(Encoding.UTF8.GetBytes(path)));
    }

    [Fact]
    public void Owners_have_names_and_names_have_numbers()
    {
        using var tree = SourceTree.Open(_temp.Path);
        Assert.Equal("root", tree.Owners.User(0));
        Assert.Equal(Output("stat", "-c", "%G", "/").Trim(), tree.Owners.Group(0));
        Assert.Equal("", tree.Owners.User(3_999_999_999));
        Assert.Equal(0u, OwnerNames.FindUser("root"));
        Assert.Null(OwnerNames.FindUser("no-such-user-here"));
        Assert.Null(OwnerNames.FindGroup("no-such-group-here"));
    }

    [Fact]
    public void Times_of_directories_count_only_on_known_file_systems()
    {
        using var own = SourceTree.Open(_temp.Path);
        using var proc = SourceTree.Open("/proc");
        Assert.False(proc.KeepsDirectoryTimes);
        Assert.False(own.KeepsTimesOf(proc.TryStat(""u8)!.Value));
        Assert.Equal(own.KeepsDirectoryTimes, own.KeepsTimesOf(own.TryStat(""u8)!.Value));
    }

    [Fact]
    public void Names_that_are_not_text_are_shown_escaped()
    {
        Assert.Equal(@"a\xff\x0aé\x5c", TreePath.Display([(byte)'a', 0xFF, (byte)'\n', 0xC3, 0xA9, (byte)'\\']));
    }

    private static string Output(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output;
    }
}
