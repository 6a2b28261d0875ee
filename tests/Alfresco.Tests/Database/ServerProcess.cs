using CliWrap;
using CliWrap.Buffered;
using Xunit;

namespace AlfrescoBackupFlows.Alfresco.Tests.Database;

/// <summary>Runs a set-up command to its end and fails with what it said.</summary>
internal static class ServerProcess
{
    public static async Task RunAsync(string file, params string[] arguments)
    {
        // Output goes nowhere: a started server inherits the pipes and would hold them open.
        var errors = new System.Text.StringBuilder();
        var result = await Cli.Wrap("/bin/sh")
            .WithArguments(["-c", "f=$(mktemp); \"$@\" >\"$f\" 2>&1; c=$?; [ $c = 0 ] || cat \"$f\" >&2; rm -f \"$f\"; exit $c", "sh", file, .. arguments])
            .WithWorkingDirectory("/tmp")
            .WithStandardErrorPipe(PipeTarget.ToStringBuilder(errors))
            .WithValidation(CommandResultValidation.None)
            .ExecuteAsync(TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode == 0, $"{file}: {errors}");
    }
}
