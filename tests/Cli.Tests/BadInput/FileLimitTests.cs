using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.BadInput;

/// <summary>
/// Under a limit on the length of files (<c>ulimit -f</c>), which the kernel enforces by a signal. The runtime itself
/// does not start under a small one, unless it is told not to map its code twice.
/// </summary>
[Trait("needs", "linux")]
public sealed class FileLimitTests(CommittedSample sample, OnDemand<PostgresServer> server)
    : CommittedSampleTest(sample, server)
{
    /// <param name="blocks">Of 512 bytes.</param>
    [Theory]
    [InlineData(32)]
    [InlineData(400)]
    public async Task A_command_ends_with_the_place_that_may_not_grow_and_goes_on_without_the_limit(int blocks)
    {
        await ServerAsync();
        string[] restore = ["restore", "--set", "latest", "--no-database", "--target", Abf.Combine("restored")];
        Abf.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        Abf.Prefix = ["sh", "-c", "ulimit -f \"$0\"; exec \"$@\"", $"{blocks}"];
        foreach (
            string[] command in (string[][])
                [
                    ["backup"],
                    restore,
                ]
        )
        {
            AbfResult result = await Abf.RunAsync(command);

            Assert.True(result.ExitCode is 2 or 6 or 8, $"{result.ExitCode}: {result.Error}");
            Assert.Contains(result.Errors, line => line.Contains("ulimit -f", StringComparison.Ordinal));
        }

        Abf.Prefix = [];
        await AssertOnlyTheEarlierSetStandsAsync();
        AbfResult again = await Abf.RunAsync(restore);
        if (again.ExitCode == 8)
        {
            // The journal could not take the end of the first one: this one ended it.
            again = await Abf.RunAsync(restore);
        }

        AssertDone(again);
        AssertDone(await Abf.RunAsync("backup"));
    }
}
