using System.Text.Json;
using AlfrescoBackupFlows.Api;
using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Engine;
using AlfrescoBackupFlows.Functions;
using AlfrescoBackupFlows.Testing;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace AlfrescoBackupFlows.Engines.Tests;

/// <summary>
/// Durable Task's own engine in this process, with the cloud host's orchestrators and activities on it, for tests that every engine has to pass.
/// Its timers are real.
/// </summary>
internal sealed class TestEngine : IAsyncDisposable
{
    private DurableTaskTestHost? _host;
    private HostLifetime _lifetime = new();

    /// <summary>A fault of the package, in version 0.2.3-preview.1: newer source of it has the fix.</summary>
    public static bool CarriesEventsOver => false;

    private TestEngine()
    {
    }

    public DurableTaskClient Client => _host!.Client;

    public static async Task<TestEngine> OpenAsync(FlowCatalog catalog)
    {
        var engine = new TestEngine();
        engine._host = await DurableTaskTestHost.StartAsync(
            tasks => engine.Register(tasks, catalog), new DurableTaskTestHostOptions { Port = FreePort.Next() }, TestContext.Current.CancellationToken);
        return engine;
    }

    public Task StartAsync(string flow, string input, string id) =>
        Client.ScheduleNewOrchestrationInstanceAsync(flow, Payload.Parse(input), new StartOrchestrationOptions { InstanceId = id });

    public Task RaiseAsync(string id, string name, string payload) => Client.RaiseEventAsync(id, name, Payload.Parse(payload));

    public async Task<FlowInstance> WaitForEndAsync(string id, CancellationToken cancellationToken)
    {
        InstanceState end = DurableInstances.Describe(await Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, cancellationToken));
        RuntimeStatus status = end.Phase switch
        {
            InstancePhase.Completed => RuntimeStatus.Completed,
            InstancePhase.Failed => RuntimeStatus.Failed,
            _ => RuntimeStatus.Terminated,
        };
        return new FlowInstance(end.Id, end.FlowName, null, 0, status, end.Input, end.CustomStatus, end.Result, end.Failure, end.Created, end.Updated);
    }

    /// <summary>The host that runs activities now stops, and another one takes its place.</summary>
    public void ReplaceHost()
    {
        HostLifetime stopped = _lifetime;
        _lifetime = new HostLifetime();
        stopped.StopApplication();
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }
    }

    private void Register(DurableTaskRegistry tasks, FlowCatalog catalog)
    {
        foreach (FlowDefinition flow in catalog.Flows)
        {
            tasks.AddOrchestratorFunc<JsonElement, JsonElement>(flow.Name, (context, input) => FlowOrchestrator.RunAsync(catalog, context, input));
        }

        foreach (ActivityDefinition activity in catalog.Activities)
        {
            tasks.AddActivityFunc<JsonElement, JsonElement>(activity.Name, (context, input) =>
                new ActivityRunner(catalog, _lifetime, NullLogger<ActivityRunner>.Instance).RunAsync(activity.Name, context.InstanceId, input, CancellationToken.None));
        }

        tasks.AddActivityFunc<string[], bool>(nameof(EndSubFlows), async (_, instances) =>
        {
            await EndSubFlows.RunAsync(instances, Client, CancellationToken.None);
            return true;
        });
    }
}
