using AlfrescoBackupFlows.Platform.State;
using AlfrescoBackupFlows.Testing;
using Xunit;

namespace AlfrescoBackupFlows.Platform.Tests.State;

public sealed class StateDirectoryTests
{
    [Fact]
    public void A_local_directory_is_created_for_its_owner_alone()
    {
        using var temp = new TempDirectory();

        var path = StateDirectory.Prepare(temp.Combine("a", "state"));

        Assert.True(Directory.Exists(path));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(path));
        }
    }

    [Theory]
    [InlineData(DriveType.Network, "nfs")]
    [InlineData(DriveType.Network, "cifs")]
    [InlineData(DriveType.Unknown, "fuse")]
    [InlineData(DriveType.Unknown, "v9fs")]
    public void A_file_system_that_others_can_reach_is_refused_naming_the_setting(DriveType type, string format)
    {
        var refused = Assert.Throws<PermanentException>(() => StateDirectory.RefuseSharedFileSystem("/mnt/share", (type, format)));

        Assert.Equal(ErrorKind.Configuration, refused.Kind);
        Assert.StartsWith("state: /mnt/share is on a network", refused.Message, StringComparison.Ordinal);
        Assert.Contains(format, refused.Message);
    }

    [Fact]
    public void A_directory_that_cannot_be_created_is_named()
    {
        using var temp = new TempDirectory();
        File.WriteAllText(temp.Combine("file"), "");

        Assert.Contains(temp.Combine("file"), Assert.Throws<PermanentException>(() => StateDirectory.Prepare(temp.Combine("file", "state"))).Message);
    }
}
