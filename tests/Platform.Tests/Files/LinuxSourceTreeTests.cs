using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text;
using AlfrescoBackupFlows.Platform.Files;
using Xunit;

namespace AlfrescoBackupFlows.Platform.Tests.Files;

[Trait("needs", "linux")]
[SupportedOSPlatform("linux")]
public sealed class LinuxSourceTreeTests : SourceTreeContract
{
    private protected override SourceTree Open(string path) => SourceTree.Open(path);

    [Fact]
    public void A_name_that_is_not_UTF8_is_listed_statted_and_read_by_its_bytes()
    {
        byte[] name = [(byte)'x', 0xFF, 0xFE, 0xC3, (byte)'y', (byte)'\n'];
        using (var target = TargetTree.Open(Temp.Path))
        using (var file = target.CreateFile(name))
        {
            file.Write("content"u8, 0);
        }

        using var tree = SourceTree.Open(Temp.Path);

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
        File.WriteAllText(Temp.At("file"), "12345");
        File.SetUnixFileMode(Temp.At("file"), UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.SetGroup);
        var time = new DateTime(1969, 12, 31, 23, 59, 58, 500, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(Temp.At("file"), time);

        using var tree = SourceTree.Open(Temp.Path);
        var stat = tree.TryStat("file"u8)!.Value;

        Assert.Equal(EntryType.File, stat.Type);
        Assert.Equal(5, stat.Size);
        Assert.Equal(Convert.ToInt32("2440", 8), stat.Mode);
        Assert.Equal(-1_500_000_000, stat.MtimeNs);
        var told = Output("stat", "-c", "%u %g %i %Z", Temp.At("file")).Trim();
        Assert.Equal(told, $"{stat.Uid} {stat.Gid} {stat.Inode} {stat.CtimeNs / 1_000_000_000}");
    }

    [Fact]
    public void Sockets_and_pipes_are_told_apart_and_never_block()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(Temp.At("socket")));
        Output("mkfifo", Temp.At("pipe"));
        using var tree = SourceTree.Open(Temp.Path);

        Assert.All(tree.TryReadDirectory(""u8)!, entry => Assert.Equal(EntryType.Other, entry.Type));
        Assert.Equal(
            UnreadableReason.NotAFile,
            Assert.Throws<SourceUnreadableException>(() => tree.TryOpen("pipe"u8)).Reason
        );
        Assert.Equal(
            UnreadableReason.NotAFile,
            Assert.Throws<SourceUnreadableException>(() => tree.TryOpen("socket"u8)).Reason
        );
    }

    [Fact]
    public void A_file_that_took_the_place_of_an_open_one_is_told_from_it()
    {
        File.WriteAllText(Temp.At("file"), "first");
        using var tree = SourceTree.Open(Temp.Path);
        using var file = tree.TryOpen("file"u8)!;
        var before = file.Stat();

        File.WriteAllText(Temp.At("other"), "second!");
        File.Move(Temp.At("other"), Temp.At("file"), overwrite: true);

        Assert.Equal(before.Inode, file.Stat().Inode);
        Assert.NotEqual(before.Inode, tree.TryStat("file"u8)!.Value.Inode);
    }

    [Fact]
    public void A_path_longer_than_the_kernel_takes_is_walked()
    {
        var component = new string('d', 200);
        var path = Encoding.ASCII.GetBytes(string.Join('/', Enumerable.Repeat(component, 50)));
        using (var target = TargetTree.Open(Temp.Path))
        {
            target.CreateDirectory(path);
            using var file = target.CreateFile([.. path, .. "/file"u8]);
            file.Write("deep"u8, 0);
        }

        using var tree = SourceTree.Open(Temp.Path);
        Assert.Equal(4, tree.TryStat([.. path, .. "/file"u8])!.Value.Size);
        Assert.Equal("file"u8, Assert.Single(tree.TryReadDirectory(path)!).Name);
        Assert.Null(tree.TryStat([.. path, .. "/none"u8]));
    }

    [Fact]
    public void Owners_have_names_and_names_have_numbers()
    {
        using var tree = SourceTree.Open(Temp.Path);
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
        using var own = SourceTree.Open(Temp.Path);
        using var proc = SourceTree.Open("/proc");
        Assert.False(proc.KeepsDirectoryTimes);
        Assert.False(own.KeepsTimesOf(proc.TryStat(""u8)!.Value));
        Assert.Equal(own.KeepsDirectoryTimes, own.KeepsTimesOf(own.TryStat(""u8)!.Value));
    }

    [Fact]
    public void Names_that_are_not_text_are_shown_escaped()
    {
        Assert.Equal(@"a\xff\x0aé\\", TreePath.Display([(byte)'a', 0xFF, (byte)'\n', 0xC3, 0xA9, (byte)'\\']));
    }

    private static string Output(string program, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, UseShellExecute = false }
        )!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output;
    }
}
