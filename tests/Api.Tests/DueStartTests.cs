using AlfrescoBackupFlows.Api.Tests.Rig;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Testing;
using AlfrescoBackupFlows.Testing.Stores;
using Microsoft.Extensions.Logging.Abstractions;

namespace AlfrescoBackupFlows.Api.Tests;

/// <summary>What hosts start by themselves, where it cannot be started.</summary>
public sealed class DueStartTests
{
    /// <summary>As a request to the storage that fails in the second of a stop, or of a configuration that is loaded anew:
    /// it would end the server that goes on.</summary>
    [Fact]
    public async Task A_failure_while_the_host_is_asked_to_stop_is_the_checks_own()
    {
        using var directory = new TempDirectory();
        using var stop = new CancellationTokenSource();
        var options = new BackupOptions { State = directory.Combine("state") };
        options.Verify.Every = TimeSpan.FromDays(7);
        var store = new MemoryBlobStore();
        await using var environment = new FlowEnvironment(
            new LoadedOptions(options, null, null, []),
            new RepositoryStores(store, store)
            {
                OpenControl = _ =>
                {
                    stop.Cancel();
                    throw new TransientException(ErrorKind.Storage, "no route");
                },
            },
            TimeProvider.System,
            NullLoggerFactory.Instance
        );
        using var api = new BackupApi(environment);

        DueStart check = Assert.Single(await api.StartDueAsync(new MemoryInstances(), stop.Token));

        Assert.Equal("no route", check.Fault?.Message);
    }
}
