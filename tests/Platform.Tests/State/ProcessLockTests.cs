using AlfrescoBackupFlows.Platform.State;
using AlfrescoBackupFlows.Testing;
using Xunit;

namespace AlfrescoBackupFlows.Platform.Tests.State;

public sealed class ProcessLockTests
{
    [Fact]
    public void A_held_lock_is_refused_naming_its_holder_and_free_again_afterwards()
    {
        using var temp = new TempDirectory();
        var path = temp.Combine("lock");
        using (ProcessLock.Acquire(path))
        {
            var refused = Assert.Throws<PermanentException>(() => ProcessLock.Acquire(path));
            Assert.Equal(ErrorKind.Busy, refused.Kind);
            Assert.Contains($"process {Environment.ProcessId}", refused.Message);
        }

        ProcessLock.Acquire(path).Dispose();
    }
}
