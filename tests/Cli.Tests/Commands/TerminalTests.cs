using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Commands;

/// <summary>On a terminal (of util-linux' <c>script</c>) there is a bar, which is gone at the end, and the result
/// stays.</summary>
[Trait("needs", "linux")]
public sealed class TerminalTests(CommittedSample sample, OnDemand<PostgresServer> server)
    : CommittedSampleTest(sample, server)
{
    private const string EraseLine = "\u001b[2K";

    [Fact]
    public async Task A_backup_draws_a_bar_and_leaves_the_result()
    {
        Abf.WriteConfig();

        string screen = await Shell.RunAsync(
            "stty_size='stty cols 110 rows 30'; TERM=xterm script -q -e -c \"$stty_size; exec '$1' backup --config '$2'\" /dev/null </dev/null",
            AbfRig.Executable,
            Abf.ConfigFile
        );

        Assert.Contains(EraseLine, screen);
        string last = screen[(screen.LastIndexOf(EraseLine, StringComparison.Ordinal) + EraseLine.Length)..];
        Assert.Contains(": consistent", last);
        Assert.Contains("storage requests", last);
        Assert.DoesNotContain("Unhandled", screen);
    }
}
