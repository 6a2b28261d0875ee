using System.Runtime.Versioning;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.State;
using AlfrescoBackupFlows.Testing;
using Xunit;

namespace AlfrescoBackupFlows.Platform.Tests.State;

public sealed class StateDirectoryTests
{
    private const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    [Fact]
    public void A_local_directory_is_created_for_its_owner_alone()
    {
        using var temp = new TempDirectory();

        var path = StateDirectory.Prepare(temp.Combine("a", "state"));

        Assert.True(Directory.Exists(path));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(Own, File.GetUnixFileMode(path));
            Assert.Equal(Own, File.GetUnixFileMode(temp.Combine("a")));
        }
    }

    [Theory]
    [InlineData(DriveType.Network, "nfs")]
    [InlineData(DriveType.Network, "cifs")]
    [InlineData(DriveType.Unknown, "fuse")]
    [InlineData(DriveType.Unknown, "v9fs")]
    public void A_file_system_that_others_can_reach_is_refused_naming_the_setting(DriveType type, string format)
    {
        var refused = Assert.Throws<PermanentException>(() =>
            StateDirectory.RefuseSharedFileSystem("/mnt/share", (type, format))
        );

        Assert.Equal(ErrorKind.Configuration, refused.Kind);
        Assert.StartsWith("state: /mnt/share is on a network", refused.Message, StringComparison.Ordinal);
        Assert.Contains(format, refused.Message);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("abf.log")]
    [Trait("needs", "linux")]
    [SupportedOSPlatform("linux")]
    public void A_directory_that_others_could_read_is_closed_to_them(string? holds)
    {
        using var temp = new TempDirectory();
        string state = MakeOpen(temp, 0x1ED, holds);

        StateDirectory.Prepare(state);

        Assert.Equal(Own, File.GetUnixFileMode(state));
    }

    [Theory]
    [InlineData(0x1ED, "passwd")] // 0755
    [InlineData(0x1FF, null)] // 0777
    [InlineData(0x1F8, "abf.log")] // 0770
    [Trait("needs", "linux")]
    [SupportedOSPlatform("linux")]
    public void A_directory_of_others_or_that_others_may_write_to_is_refused_and_left_as_it_is(int mode, string? holds)
    {
        using var temp = new TempDirectory();
        string state = MakeOpen(temp, mode, holds);

        var refused = Assert.Throws<PermanentException>(() => StateDirectory.Prepare(state));

        Assert.Equal(ErrorKind.Configuration, refused.Kind);
        Assert.Contains($"chmod 0700 {state}", refused.Message);
        Assert.Equal((UnixFileMode)mode, File.GetUnixFileMode(state));
    }

    [Theory]
    [InlineData("runs")]
    [InlineData("runs/acme")]
    public void A_directory_beneath_that_is_a_link_is_refused(string planted)
    {
        using var temp = new TempDirectory();
        string state = StateDirectory.Prepare(temp.Combine("state"));
        Assert.Equal(Path.Combine(state, "runs", "acme"), StateDirectory.Beneath(state, "runs", "acme"));
        Directory.CreateDirectory(temp.Combine("outside", "acme"));
        string link = Path.Combine(state, planted);
        Directory.CreateDirectory(Path.GetDirectoryName(link)!);
        Directory.CreateSymbolicLink(link, temp.Combine("outside"));

        var refused = Assert.Throws<PermanentException>(() => StateDirectory.Beneath(state, "runs", "acme"));

        Assert.Equal(ErrorKind.Configuration, refused.Kind);
        Assert.Contains($"'{link}' is a symbolic link", refused.Message);
    }

    [Fact]
    public void A_directory_that_cannot_be_created_is_named()
    {
        using var temp = new TempDirectory();
        File.WriteAllText(temp.Combine("file"), "");

        Assert.Contains(
            temp.Combine("file"),
            Assert.Throws<PermanentException>(() => StateDirectory.Prepare(temp.Combine("file", "state"))).Message
        );
    }

    [SupportedOSPlatform("linux")]
    private static string MakeOpen(TempDirectory temp, int mode, string? holds)
    {
        string state = Directory.CreateDirectory(temp.Combine("state")).FullName;
        if (holds is not null)
        {
            File.WriteAllText(Path.Combine(state, holds), "");
        }

        File.SetUnixFileMode(state, (UnixFileMode)mode);
        return state;
    }
}
