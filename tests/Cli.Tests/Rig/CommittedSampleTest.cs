using System.Security.Cryptography;
using System.Text.Json.Nodes;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Rig;

/// <summary>A test of the executable on a repository that holds one good set, and what it may say when something is
/// wrong.</summary>
[Trait("needs", "server")]
public abstract class CommittedSampleTest(CommittedSample sample, OnDemand<PostgresServer> server) : IAsyncLifetime
{
    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected CommittedSample Sample => sample;

    private protected AbfRig Abf { get; } = new();

    public async ValueTask InitializeAsync() => await sample.InstallAsync(Abf, server);

    public ValueTask DisposeAsync()
    {
        Abf.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    protected Task<PostgresServer> ServerAsync() => server.GetAsync();

    private protected JsonObject Setting(string section)
    {
        JsonObject installation = Abf.Section("installation");
        return (JsonObject)(installation[section] ??= new JsonObject());
    }

    /// <summary>A file went and another came: the next set has something of its own.</summary>
    private protected async Task ChangeSourceAsync()
    {
        string shared = Path.Combine(await sample.CopyRootAsync(Abf), "contentstore", "shared");
        File.Delete(Path.Combine(shared, "s"));
        await File.WriteAllBytesAsync(Path.Combine(shared, "t"), RandomNumberGenerator.GetBytes(64 * 1024), Token);
    }

    /// <summary>The exit code, nothing on stdout, and one line on stderr that says all of this and no secret.</summary>
    private protected static void AssertFault(AbfResult result, int exitCode, params string[] says)
    {
        Assert.True(exitCode == result.ExitCode, $"exit code {result.ExitCode}\n{result.Error}");
        Assert.Empty(result.Out);
        string line = Assert.Single(result.Errors);
        foreach (string part in says)
        {
            Assert.Contains(part, line, StringComparison.Ordinal);
        }

        foreach (
            string secret in (string[])
                [AbfRig.Passphrase, new PostgresServerOptions().Password, AzuriteServer.AccountKey]
        )
        {
            Assert.DoesNotContain(secret, result.Error, StringComparison.Ordinal);
        }
    }

    /// <summary>The earlier set is the only one, and sound to its last byte.</summary>
    protected async Task AssertOnlyTheEarlierSetStandsAsync()
    {
        AbfResult sets = await Abf.RunAsync("sets", "--json");
        Assert.Equal([Sample.Set], sets.Json.EnumerateArray().Select(s => s.GetProperty("id").GetString()));
        AbfResult verify = await Abf.RunAsync("verify", "--read-data", "--json");
        Assert.True(verify.ExitCode == 0, verify.Error);
    }

    private protected static void AssertDone(AbfResult result) =>
        Assert.True(result.ExitCode == 0, $"exit code {result.ExitCode}\n{result.Error}{result.Out}");
}
