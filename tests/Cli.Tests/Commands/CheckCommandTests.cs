using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Commands;

/// <summary><c>abf check</c> on a repository with one good set: each of the four codes, and one line each time.</summary>
public sealed class CheckCommandTests(CommittedSample sample, OnDemand<PostgresServer> server)
    : CommittedSampleTest(sample, server)
{
    [Fact]
    public async Task Each_state_has_its_code_and_its_line()
    {
        Assert.StartsWith($"ABF OK - set {Sample.Set} is ", Line(0, await Abf.RunAsync("check")));
        Assert.StartsWith(
            "ABF WARNING - no drill is recorded | age=",
            Line(1, await Abf.RunAsync("check", "--max-drill-age", "40d"))
        );
        Assert.StartsWith(
            "ABF UNKNOWN - --max-age 'soon' does not fit: ",
            Line(3, await Abf.RunAsync("check", "--max-age", "soon"))
        );
        Assert.Equal(3, (await Abf.RunAsync("check", "--min-age", "1h")).ExitCode);

        AbfResult json = await Abf.RunAsync("check", "--json", "--max-verify-age", "8d");
        Assert.Equal(1, json.ExitCode);
        Assert.Equal(("WARNING", 1), (Text(json, "state"), json.Json.GetProperty("code").GetInt32()));
        Assert.Equal(Sample.Set, Text(json, "set"));

        // Put back from an older copy: the set is hidden with its entry of the log.
        File.Delete(Directory.GetFiles(Path.Combine(Abf.Repository, "log")).Order(StringComparer.Ordinal).First());
        Assert.Matches("^ABF CRITICAL - .*there is no set yet", Line(2, await Abf.RunAsync("check")));

        Directory.Delete(Abf.Repository, recursive: true);
        Assert.StartsWith("ABF UNKNOWN - ", Line(3, await Abf.RunAsync("check")));
    }

    private static string Line(int code, AbfResult result)
    {
        Assert.True(code == result.ExitCode, $"exit code {result.ExitCode}\n{result.Out}{result.Error}");
        Assert.Empty(result.Errors);
        return Assert.Single(result.Out.TrimEnd('\n').Split('\n'));
    }

    private static string? Text(AbfResult result, string name) => result.Json.GetProperty(name).GetString();
}
