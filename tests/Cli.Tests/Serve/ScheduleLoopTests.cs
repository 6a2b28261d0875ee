using AlfrescoBackupFlows.Cli.Serve;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Hosting.Options;
using AlfrescoBackupFlows.Storage.Directories;
using AlfrescoBackupFlows.Testing;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Serve;

/// <summary>What the server looks at every hour, on a new repository without sets.</summary>
public sealed class ScheduleLoopTests : IAsyncLifetime
{
    private readonly TempDirectory _files = new();
    private readonly HttpStandIn _server = new();
    private InProcess _process = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private IEnumerable<string> Told => _server.Seen.Select(seen => seen.Body);

    public async ValueTask InitializeAsync()
    {
        _process = await InProcess.CreateAsync();
        string url = _files.Combine("url");
        string key = _files.Combine("key");
        await File.WriteAllTextAsync(url, _server.Url, Token);
        await File.WriteAllTextAsync(key, ServedApi.Key, Token);
        BackupOptions options = _process.Context.Load(OptionsScope.Repository).Options;
        (options.Notify.Webhook.UrlFile, options.Serve.KeyFile) = (url, key);
    }

    public ValueTask DisposeAsync()
    {
        _process.Dispose();
        _server.Dispose();
        _files.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_server_tells_that_there_is_no_new_set()
    {
        _process.Context.Options.Notify.MaxAge = TimeSpan.FromHours(36);

        await WithLoopAsync(async loop => Assert.True(await loop.LookAsync(Token)));

        Assert.Contains(
            "\"event\":\"age\",\"state\":\"problem\",\"installation\":\"acme\",\"title\":\"acme: there is no new set\"",
            Assert.Single(Told)
        );
    }

    /// <summary>As a volume that is not mounted when the machine starts, and one that goes while the server runs.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_repository_that_goes_and_comes_back_is_told_and_the_same_server_goes_on(bool isAwayAtTheStart)
    {
        string repository = DirectoryUrl.TryParse(_process.Context.Options.Repository.Url!)!;
        string away = repository + "-away";
        if (isAwayAtTheStart)
        {
            Directory.Move(repository, away);
        }

        await WithLoopAsync(async loop =>
        {
            if (!isAwayAtTheStart)
            {
                Assert.True(await loop.LookAsync(Token));
                Directory.Move(repository, away);
            }

            Assert.False(await loop.LookAsync(Token));
            Assert.False(await loop.LookAsync(Token));
            Directory.Move(away, repository);
            Assert.True(await loop.LookAsync(Token));
        });

        Assert.Collection(
            Told,
            told => Assert.Contains("\"event\":\"storage\",\"state\":\"problem\"", told),
            told => Assert.Contains("\"event\":\"storage\",\"state\":\"over\"", told)
        );
        Assert.Contains("error: the repository could not be looked at: repository.url: the directory", _process.Said);
        Assert.False(Directory.Exists(away));
    }

    [Fact]
    public async Task A_verification_that_is_due_waits_for_a_set()
    {
        _process.Context.Options.Verify.Every = TimeSpan.FromDays(7);

        await WithLoopAsync(async loop => Assert.True(await loop.LookAsync(Token)));

        Assert.Empty(Told);
        Assert.DoesNotContain("error", _process.Said);
    }

    private async Task WithLoopAsync(Func<ScheduleLoop, Task> look)
    {
        using var memory = new ServerMemory(_process.Context.Time);
        await using var current = new CurrentConfiguration(
            ServedConfiguration.Open(_process.Context, _process.Context.Loaded!, withTls: false, memory)
        );
        await using var flows = new ServedFlows(_process.Context);
        ServedConfiguration served = current.Enter();
        await look(new ScheduleLoop(_process.Context, served, flows, memory));
        await served.LeaveAsync();
    }
}
