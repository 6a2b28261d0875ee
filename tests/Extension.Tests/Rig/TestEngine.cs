using AlfrescoBackupFlows.Api;
using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Extension.Tests.Rig;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Functions.Hosting;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Xunit;

namespace AlfrescoBackupFlows.Engines.Tests;

/// <summary>The Durable Functions extension, for tests that every engine has to pass. Its timers are real.</summary>
internal sealed class TestEngine : IAsyncDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    private readonly TaskHubs _hubs;
    private readonly ExtensionHost _host;

    private TestEngine(TaskHubs hubs, ExtensionHost host) => (_hubs, _host) = (hubs, host);

    public static bool CarriesEventsOver => true;

    /// <summary>A timer is a message of a queue that appears after whole seconds, rounded down.</summary>
    public static TimeSpan TimersAreEarlyBy { get; } = TimeSpan.FromSeconds(1);

    public DurableTaskClient Client => _host.Client;

    /// <param name="services">What activities are made from.</param>
    /// <param name="loggers">What flows and activities say goes there.</param>
    /// <param name="logs">Takes what <c>host.json</c> lets through.</param>
    public static async Task<TestEngine> OpenAsync(
        Action<DurableTaskRegistry> register,
        FlowConverter converter,
        IServiceProvider? services = null,
        FunctionLoggers? loggers = null,
        ILoggerProvider? logs = null
    )
    {
        TaskHubs hubs = (await TestContext.Current.GetFixture<TaskHubs>())!;
        var worker = new WorkerFunctions(register, converter, services ?? NoServices.Instance, loggers);
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        return new TestEngine(
            hubs,
            await ExtensionHost.StartAsync(await hubs.GetStorageAsync(), worker, cancellationToken, logs)
        );
    }

    public Task StartAsync(string flow, object input, string id) =>
        Client.ScheduleNewOrchestrationInstanceAsync(flow, input, new StartOrchestrationOptions { InstanceId = id });

    /// <summary>Once it has begun, as the HTTP API does: Azure Storage drops an event that comes earlier.</summary>
    public async Task RaiseAsync(string id, string name, object payload)
    {
        while (
            await Client.GetInstanceAsync(id, TestContext.Current.CancellationToken)
                is not { RuntimeStatus: not OrchestrationRuntimeStatus.Pending }
        )
        {
            await Task.Delay(Poll, TestContext.Current.CancellationToken);
        }

        await Client.RaiseEventAsync(id, name, payload);
    }

    /// <summary>As the HTTP API tells it.</summary>
    public async Task<FlowInstance> WaitForEndAsync(string id, CancellationToken cancellationToken)
    {
        // The client's own wait looks every two seconds.
        OrchestrationMetadata? instance;
        while (
            (instance = await Client.GetInstanceAsync(id, getInputsAndOutputs: true, cancellationToken))
                is not { IsCompleted: true }
        )
        {
            await Task.Delay(Poll, cancellationToken);
        }

        InstanceState end = DurableInstances.Describe(instance);
        RuntimeStatus status = end.Phase switch
        {
            InstancePhase.Completed => RuntimeStatus.Completed,
            InstancePhase.Failed => RuntimeStatus.Failed,
            _ => RuntimeStatus.Terminated,
        };
        return new FlowInstance(
            end.Id,
            end.FlowName,
            0,
            status,
            end.Input,
            end.CustomStatus,
            end.Result,
            end.Failure,
            end.Created,
            end.Updated
        );
    }

    public ValueTask DisposeAsync()
    {
        _hubs.Stop(_host);
        return ValueTask.CompletedTask;
    }
}
