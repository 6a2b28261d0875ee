using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Serve;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Hosting.Options;
using AlfrescoBackupFlows.Testing;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Serve;

public sealed class AgeClockTests
{
    [Fact]
    public async Task A_server_tells_that_there_is_no_new_set_and_goes_on()
    {
        using var files = new TempDirectory();
        using var server = new HttpStandIn();
        using var stop = new CancellationTokenSource();
        using InProcess process = await InProcess.CreateAsync();
        string url = files.Combine("url");
        await File.WriteAllTextAsync(url, server.Url, TestContext.Current.CancellationToken);
        process.Context.Load(OptionsScope.Repository);
        process.Context.Options.Notify.Webhook.UrlFile = url;
        process.Context.Options.Notify.MaxAge = TimeSpan.FromHours(36);
        await using HostEnvironment environment = await HostEnvironment.OpenAsync(process.Context, takesLeases: false);
        server.OnRequest = stop.Cancel;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            AgeClock.RunAsync(process.Context, environment.Flows, stop.Token)
        );

        Assert.Contains(
            "\"event\":\"age\",\"state\":\"problem\",\"installation\":\"acme\",\"title\":\"acme: there is no new set\"",
            Assert.Single(server.Seen).Body
        );
    }
}
