using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Monitoring;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Testing;
using AlfrescoBackupFlows.Testing.Stores;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Monitoring;

public sealed class CommandTelemetryTests
{
    /// <summary>Less than what a command waits for a look when its work is done.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_server_waits_for_no_look_when_a_run_ends_nor_when_its_configuration_is_loaded_anew()
    {
        using var files = new TempDirectory();
        using InProcess process = await InProcess.CreateAsync();
        CommandContext context = process.Context;
        context.Messages.Stays = true;
        context.Options.Metrics.File = files.Combine("abf.prom");
        var hangs = new BlobFault { Delay = TimeSpan.FromDays(1) };
        await using var environment = new FlowEnvironment(
            context.Loaded!,
            new RepositoryStores(new FaultInjectingBlobStore(new MemoryBlobStore(), _ => hangs), new MemoryBlobStore()),
            TimeProvider.System,
            NullLoggerFactory.Instance
        );
        var before = new CommandTelemetry(context, environment);
        context.Telemetry = before;

        await before.RunEndedAsync().WaitAsync(Soon, context.Stop);
        Assert.False(File.Exists(context.Options.Metrics.File));

        await using var next = new CommandTelemetry(context, environment: null);
        context.Telemetry = next;
        await before.DisposeAsync().AsTask().WaitAsync(Soon, context.Stop);
        Assert.True(File.Exists(context.Options.Metrics.File));
        Assert.Equal(string.Empty, process.Said);
    }
}
