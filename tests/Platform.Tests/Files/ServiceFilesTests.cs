using System.Runtime.Versioning;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Testing;
using Xunit;

namespace AlfrescoBackupFlows.Platform.Tests.Files;

[UnsupportedOSPlatform("windows")]
[Trait("needs", "linux")]
public sealed class ServiceFilesTests : IDisposable
{
    private const UnixFileMode Read = UnixFileMode.UserRead;
    private const UnixFileMode ReadWrite = Read | UnixFileMode.UserWrite;
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Files_are_for_whoever_runs_this_alone_and_never_replaced_unless_asked()
    {
        string configuration = _directory.Combine("abf.json");
        string secret = _directory.Combine("passphrase");

        ServiceFiles.WriteConfiguration(configuration, "{}"u8.ToArray(), reader: null, replaces: false);
        ServiceFiles.WriteSecret(secret, "x"u8.ToArray(), owner: null);

        Assert.Equal(ReadWrite, File.GetUnixFileMode(configuration));
        Assert.Equal(Read, File.GetUnixFileMode(secret));
        Assert.Throws<IOException>(() =>
            ServiceFiles.WriteConfiguration(configuration, "[]"u8.ToArray(), null, replaces: false)
        );
        Assert.Throws<IOException>(() => ServiceFiles.WriteSecret(secret, "y"u8.ToArray(), null));
        Assert.Equal("{}", File.ReadAllText(configuration));
        ServiceFiles.WriteConfiguration(configuration, "[]"u8.ToArray(), null, replaces: true);
        Assert.Equal("[]", File.ReadAllText(configuration));
        Assert.Equal("x", File.ReadAllText(secret));
        Assert.Equal(2, Directory.GetFileSystemEntries(_directory.Path).Length);
    }

    [Fact]
    public void Of_a_new_file_that_cannot_be_written_nothing_is_left_and_what_has_its_name_stays()
    {
        string path = _directory.Combine("sheet");
        Assert.Throws<IOException>(() =>
            PrivateFile.WriteNew(
                path,
                static file =>
                {
                    file.Write("half"u8);
                    throw new IOException("No space left on device");
                }
            )
        );
        Assert.Empty(Directory.GetFileSystemEntries(_directory.Path));

        File.WriteAllText(path, "mine");
        Assert.Throws<IOException>(() => PrivateFile.WriteNew(path, static file => file.Write("other"u8)));
        Assert.Equal("mine", File.ReadAllText(path));
    }

    [Fact]
    public void Root_keeps_the_configuration_and_the_services_user_reads_it_and_owns_its_secret()
    {
        Assert.SkipUnless(Environment.UserName == "root", "Only root gives files away.");
        var user = new ServiceUser(4711, 4712, "service");
        string configuration = _directory.Combine("etc", "abf.json");
        string secret = _directory.Combine("etc", "passphrase");

        ServiceFiles.MakeConfigurationDirectory(_directory.Combine("etc"), user);
        ServiceFiles.MakeDirectory(_directory.Combine("srv", "abf"), user);
        ServiceFiles.WriteConfiguration(configuration, "{}"u8.ToArray(), user, replaces: false);
        ServiceFiles.WriteSecret(secret, "x"u8.ToArray(), user);

        Assert.Equal((0u, 4712u, 0x1E8), Owner(_directory.Combine("etc"))); // 0750
        Assert.Equal((4711u, 4712u, 0x1C0), Owner(_directory.Combine("srv", "abf"))); // 0700
        Assert.Equal((0u, 4712u, 0x1A0), Owner(configuration)); // 0640
        Assert.Equal((4711u, 4712u, 0x100), Owner(secret)); // 0400
        Assert.Equal(
            new ServiceUser(4711, 4712, "#4711"),
            ServiceUser.Find(_directory.Combine("srv", "abf"), "no such user")
        );
        Assert.Null(ServiceUser.Find(_directory.Path, "no such user"));
        Assert.Null(ServiceUser.Find(_directory.Combine("absent"), "no such user"));
    }

    private static (uint Uid, uint Gid, int Mode) Owner(string path)
    {
        string above = Path.GetDirectoryName(path)!;
        FileStat stat = OwnTree.OpenShared(above).TryStat(Path.GetFileName(path))!.Value;
        return (stat.Uid, stat.Gid, stat.Mode);
    }
}
