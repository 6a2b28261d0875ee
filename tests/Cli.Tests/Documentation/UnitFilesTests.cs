using System.Runtime.CompilerServices;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Documentation;

/// <summary>The units of systemd, for what <c>systemd-analyze verify</c> does not see.</summary>
public sealed class UnitFilesTests
{
    /// <summary>Without this, the first file of another owner would end the process.</summary>
    [Theory]
    [InlineData("abf-drill.service")]
    [InlineData("abf-serve.service")]
    public void What_restores_may_try_to_set_owners_and_is_told_that_it_may_not(string unit)
    {
        string[] lines = File.ReadAllLines(Path.Combine(Units(), unit));

        string[] filters = [.. lines.Where(line => line.StartsWith("SystemCallFilter=", StringComparison.Ordinal))];
        Assert.Contains("~@privileged", filters[^2], StringComparison.Ordinal);
        Assert.EndsWith(" @chown", filters[^1], StringComparison.Ordinal);
        Assert.Contains("SystemCallErrorNumber=EPERM", lines);
    }

    /// <summary>An upgrade stops it, and a person may: <c>abf-failed.target</c> is for what went wrong.</summary>
    [Theory]
    [InlineData("abf-backup.service")]
    [InlineData("abf-verify.service")]
    [InlineData("abf-drill.service")]
    public void What_was_stopped_has_not_failed(string unit)
    {
        string[] lines = File.ReadAllLines(Path.Combine(Units(), unit));

        Assert.Contains("OnFailure=abf-failed.target", lines);
        Assert.Contains($"SuccessExitStatus={ExitCodes.Cancelled}", lines);
    }

    /// <summary>Private temporary files are gone with the stop of a service.</summary>
    [Theory]
    [InlineData("abf-drill.service")]
    [InlineData("abf-serve.service")]
    public void A_drill_that_was_stopped_finds_its_scratch_again(string unit)
    {
        string[] lines = File.ReadAllLines(Path.Combine(Units(), unit));

        Assert.Contains("CacheDirectory=abf-drill", lines);
        Assert.Contains("Environment=TMPDIR=%C/abf-drill", lines);
    }

    private static string Units([CallerFilePath] string path = "") =>
        Path.GetFullPath(Path.Combine(path, "..", "..", "..", "..", "packaging", "systemd"));
}
