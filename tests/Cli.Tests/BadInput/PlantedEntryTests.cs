using System.Runtime.Versioning;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.BadInput;

/// <summary>What somebody plants who may write to the repository's directory, or once could write to the state, and not
/// beside them.</summary>
[Trait("needs", "server")]
[Trait("needs", "linux")]
[SupportedOSPlatform("linux")]
public sealed class PlantedEntryTests(CommittedSample sample, OnDemand<PostgresServer> server)
    : CommittedSampleTest(sample, server)
{
    [Theory]
    [InlineData(".tmp")]
    [InlineData("control")]
    [InlineData("control/.tmp")]
    [InlineData("control/.leases")]
    [InlineData("packs")]
    [InlineData("log")]
    [InlineData("runs")]
    public async Task A_backup_deletes_and_writes_nothing_through_a_link(string planted)
    {
        string outside = Directory.CreateDirectory(Abf.Combine("outside")).FullName;
        string[] precious =
        [
            Path.Combine(outside, "precious"),
            Path.Combine(outside, "0123456789abcdef0123456789abcdef"),
        ];
        foreach (string file in precious)
        {
            await File.WriteAllTextAsync(file, "precious", Token);
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(-30));
        }

        string link = Path.Combine(Abf.Repository, planted);
        string aside = Abf.Combine("aside");
        if (Directory.Exists(link))
        {
            Directory.Move(link, aside);
        }

        Directory.CreateDirectory(Path.GetDirectoryName(link)!);
        File.CreateSymbolicLink(link, outside);

        AssertFault(await Abf.RunAsync("backup"), 6, "repository.url", link, "is a symbolic link", "remove it");
        Assert.Equal(precious.Order(), Directory.EnumerateFileSystemEntries(outside).Order());

        File.Delete(link);
        if (Directory.Exists(aside))
        {
            Directory.Move(aside, link);
        }

        AssertDone(await Abf.RunAsync("backup"));
    }

    [Theory]
    [InlineData("runs", true)]
    [InlineData("heads", true)]
    [InlineData("cache", true)]
    [InlineData("journal.db", false)]
    [InlineData("journal.db-wal", false)]
    [InlineData("journal.lock", false)]
    public async Task A_backup_reads_and_writes_nothing_through_a_link_in_its_state(string planted, bool isDirectory)
    {
        AssertDone(await Abf.RunAsync("backup"));
        string outside = Directory.CreateDirectory(Abf.Combine("outside")).FullName;
        string precious = Path.Combine(outside, "precious");
        await File.WriteAllTextAsync(precious, "precious", Token);
        string journal = Directory.GetDirectories(Path.Combine(Abf.State, "runs")).Single();
        string link = Path.Combine(
            planted.StartsWith("journal", StringComparison.Ordinal) ? journal : Abf.State,
            planted
        );
        if (Path.Exists(link))
        {
            Directory.Move(link, Abf.Combine("aside"));
        }

        File.CreateSymbolicLink(link, isDirectory ? outside : precious);

        AssertFault(await Abf.RunAsync("backup"), 2, "state", link, "is a symbolic link", "remove it");
        Assert.Equal([precious], Directory.EnumerateFileSystemEntries(outside));
        Assert.Equal("precious", await File.ReadAllTextAsync(precious, Token));
    }

    [Theory]
    [InlineData("000")]
    [InlineData("022")]
    [InlineData("077")]
    public async Task State_and_repository_have_their_modes_whatever_the_umask(string umask)
    {
        Abf.Section("repository")["url"] = new Uri(Abf.Combine("new")).AbsoluteUri;
        Abf.Prefix = ["sh", "-c", $"umask {umask}; exec \"$@\"", "sh"];
        AssertDone(await Abf.RunAsync("init"));
        AssertDone(await Abf.RunAsync("backup"));
        AssertDone(await Abf.RunAsync("verify"));
        AssertDone(
            await Abf.RunAsync("restore", "--set", "latest", "--target", Abf.Combine("target"), "--no-database")
        );

        const UnixFileMode Others = (UnixFileMode)0x3F;
        Assert.All(
            All(Abf.State),
            entry => Assert.True((File.GetUnixFileMode(entry) & Others) == UnixFileMode.None, entry)
        );
        Assert.All(
            All(Abf.Combine("new")),
            entry => Assert.False(File.GetUnixFileMode(entry).HasFlag(UnixFileMode.OtherWrite), entry)
        );
    }

    [Fact]
    public async Task A_state_directory_of_another_user_is_refused()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can give files away");
        Directory.CreateDirectory(Abf.State);
        Abf.WriteConfig();
        await Shell.RunAsync(
            "chown -R 65534:65534 \"$1\"; chown 65533 \"$2\"; chmod 0700 \"$2\"",
            Abf.DirectoryPath,
            Abf.State
        );
        Abf.Prefix = [Tool.Find("setpriv", "util-linux"), "--reuid=65534", "--regid=65534", "--clear-groups"];

        AssertFault(
            await Abf.RunPlainAsync("sets", "--config", Abf.ConfigFile),
            2,
            "state",
            Abf.State,
            "belongs to user 65533",
            "runs as user 65534"
        );
    }

    [Theory]
    [InlineData("empty")]
    [InlineData("nowhere")]
    public async Task A_restore_target_that_is_a_link_is_refused(string leadsTo)
    {
        string empty = Directory.CreateDirectory(Abf.Combine("empty")).FullName;
        File.CreateSymbolicLink(Abf.Combine("target"), Abf.Combine(leadsTo));

        AbfResult restore = await Abf.RunAsync(
            "restore",
            "--set",
            "latest",
            "--target",
            Abf.Combine("target"),
            "--no-database"
        );

        AssertFault(
            restore,
            8,
            "--target",
            Abf.Combine("target"),
            "is a symbolic link",
            "name the directory that it leads to"
        );
        Assert.Empty(Directory.EnumerateFileSystemEntries(empty));
        Assert.False(Path.Exists(Abf.Combine("nowhere")));
    }

    [Theory]
    [InlineData(".abf-restore")]
    [InlineData(".abf-restore.new")]
    public async Task The_marker_of_a_restore_is_never_a_link(string planted)
    {
        string precious = Abf.Combine("precious");
        await File.WriteAllTextAsync(precious, "precious", Token);
        string target = Directory.CreateDirectory(Abf.Combine("target")).FullName;
        File.CreateSymbolicLink(Path.Combine(target, planted), precious);

        AssertFault(
            await Abf.RunAsync("restore", "--set", "latest", "--target", target, "--no-database"),
            8,
            Path.Combine(target, planted),
            "is a symbolic link"
        );
        Assert.Equal("precious", await File.ReadAllTextAsync(precious, Token));
    }

    [Fact]
    public async Task A_target_that_another_user_put_where_everybody_may_is_refused()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can give files away");
        string target = Directory.CreateDirectory(Abf.Combine("shared/target")).FullName;
        await Shell.RunAsync("chown 65534 \"$1\"; chmod 1777 \"$2\"", target, Abf.Combine("shared"));

        AssertFault(
            await Abf.RunAsync("restore", "--set", "latest", "--target", target, "--no-database"),
            8,
            target,
            "belongs to user 65534",
            "everybody"
        );
        Assert.Empty(Directory.EnumerateFileSystemEntries(target));
    }

    private static IEnumerable<string> All(string directory) =>
        Directory.EnumerateFileSystemEntries(directory, "*", SearchOption.AllDirectories).Prepend(directory);
}
