using AlfrescoBackupFlows.Platform.Errors;
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

    [Fact]
    [Trait("needs", "linux")]
    public void The_holder_is_the_one_that_the_kernel_knows_whatever_the_file_of_the_number_says()
    {
        using var temp = new TempDirectory();
        var path = temp.Combine("lock");
        using (ProcessLock.Acquire(path))
        {
            File.WriteAllText($"{path}.pid", "1");
            var refused = Assert.Throws<PermanentException>(() => ProcessLock.Acquire(path));
            Assert.Contains($"held by process {Environment.ProcessId} (", refused.Message);
        }
    }

    [Theory]
    [InlineData("lock")]
    [InlineData("lock.pid")]
    public void A_lock_is_never_taken_through_a_link(string planted)
    {
        using var temp = new TempDirectory();
        File.WriteAllText(temp.Combine("precious"), "precious");
        File.CreateSymbolicLink(temp.Combine(planted), temp.Combine("precious"));

        if (planted == "lock")
        {
            var refused = Assert.Throws<PermanentException>(() => ProcessLock.Acquire(temp.Combine("lock")));
            Assert.Contains(temp.Combine(planted), refused.Message);
        }
        else
        {
            // The file of the number takes the place of the link.
            ProcessLock.Acquire(temp.Combine("lock")).Dispose();
        }

        Assert.Equal("precious", File.ReadAllText(temp.Combine("precious")));
    }

    [Fact]
    public void Whether_a_lock_is_held_is_told_without_taking_it()
    {
        using var temp = new TempDirectory();
        Assert.False(ProcessLock.IsHeld(temp.Combine("lock")));
        using (ProcessLock.Acquire(temp.Combine("lock")))
        {
            Assert.True(ProcessLock.IsHeld(temp.Combine("lock")));
        }

        Assert.False(ProcessLock.IsHeld(temp.Combine("lock")));
    }

    [Fact]
    public void A_lock_whose_holder_cannot_be_written_down_is_refused_by_name_and_stays_free()
    {
        using var temp = new TempDirectory();
        var path = temp.Combine("lock");
        var inTheWay = Directory.CreateDirectory(path + ".pid");

        var refused = Assert.Throws<PermanentException>(() => ProcessLock.Acquire(path));
        Assert.Equal(ErrorKind.Configuration, refused.Kind);
        Assert.Contains(inTheWay.FullName, refused.Message);
        Assert.False(ProcessLock.IsHeld(path));

        inTheWay.Delete();
        ProcessLock.Acquire(path).Dispose();
    }
}
