using AlfrescoBackupFlows.Flows.Doctor;
using AlfrescoBackupFlows.Platform.Files;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Doctor;

public sealed class RoomLookTests
{
    private const long MiB = 1 << 20;

    [Theory]
    [InlineData(255, 0, null, "bytes are free, and the next backup is expected to need up to 268435456 bytes")]
    [InlineData(455, 100, null, "expected to need up to 478150656 bytes")]
    [InlineData(456, 100, null, null)]
    [InlineData(9999, 0, 0L, "no inode is free for a further file")]
    public void A_disk_has_room_for_twice_what_the_newest_set_stored(long free, long added, long? files, string? says)
    {
        string? fault = RoomLook.FaultOf(new FileSystemRoom(free * MiB, files, 4096), added * MiB);

        if (says is null)
        {
            Assert.Null(fault);
        }
        else
        {
            Assert.Contains(says, fault, StringComparison.Ordinal);
        }
    }
}
