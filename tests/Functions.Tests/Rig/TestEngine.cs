using AlfrescoBackupFlows.Api;
using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Functions.Hosting;
using AlfrescoBackupFlows.Functions.Tests.Rig;
using AlfrescoBackupFlows.Testing.Servers;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Converters;
using Microsoft.DurableTask.Testing;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace AlfrescoBackupFlows.Engines.Tests;

/// <summary>
/// Durable Task's own engine in this process, with what the cloud host gives to activities, for tests that every engine
/// has to pass. Its timers are real.
/// </summary>
internal sealed class TestEngine : IAsyncDisposable
{
    private readonly DurableTaskTestHost _host;
    private readonly CurrentHost _current;

    private TestEngine(DurableTaskTestHost host, CurrentHost current) => (_host, _current) = (host, current);

    /// <summary>A fault of the package, in version 0.2.3-preview.1: newer source of it has the fix.</summary>
    public static bool CarriesEventsOver => false;

    public static TimeSpan TimersAreEarlyBy => TimeSpan.Zero;

    public DurableTaskClient Client => _host.Client;

    public static async Task<TestEngine> OpenAsync(Action<DurableTaskRegistry> register, FlowConverter converter)
    {
        var current = new CurrentHost();
        var json = new JsonDataConverter(DurableTasks.Json(converter));
        var options = new DurableTaskTestHostOptions
        {
            Port = FreePort.Next(),
            ConfigureServices = services =>
                services
                    .AddSingleton<IExceptionPropertiesProvider, FailureProperties>()
                    .PostConfigureAll<DurableTaskWorkerOptions>(worker => worker.DataConverter = json)
                    .PostConfigureAll<DurableTaskClientOptions>(client => client.DataConverter = json),
        };
        DurableTaskTestHost host = await DurableTaskTestHost.StartAsync(
            tasks => HostedActivity.Register(tasks, register, current),
            options,
            TestContext.Current.CancellationToken
        );
        return new TestEngine(host, current);
    }

    public Task StartAsync(string flow, object input, string id) =>
        Client.ScheduleNewOrchestrationInstanceAsync(flow, input, new StartOrchestrationOptions { InstanceId = id });

    public Task RaiseAsync(string id, string name, object payload) => Client.RaiseEventAsync(id, name, payload);

    public async Task<FlowInstance> WaitForEndAsync(string id, CancellationToken cancellationToken)
    {
        InstanceState end = DurableInstances.Describe(
            await Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, cancellationToken)
        );
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

    /// <summary>The host that runs activities now stops, and another one takes its place.</summary>
    public void ReplaceHost() => _current.Replace();

    public ValueTask DisposeAsync() => _host.DisposeAsync();
}
