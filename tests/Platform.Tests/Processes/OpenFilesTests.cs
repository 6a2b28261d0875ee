using System.Globalization;
using AlfrescoBackupFlows.Platform.Processes;
using Xunit;

namespace AlfrescoBackupFlows.Platform.Tests.Processes;

[Trait("needs", "linux")]
public sealed class OpenFilesTests
{
    [Fact]
    public void The_limit_is_that_of_the_kernel()
    {
        string row = File.ReadLines("/proc/self/limits").Single(line => line.StartsWith("Max open files"));
        long soft = long.Parse(
            row[14..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0],
            CultureInfo.InvariantCulture
        );

        Assert.Equal(soft, OpenFiles.Limit);
        Assert.InRange(soft, 1, long.MaxValue);
    }
}
