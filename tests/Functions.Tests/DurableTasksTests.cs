using System.Text.Json;
using AlfrescoBackupFlows.Flows;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Functions.Hosting;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Testing.Stores;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Azure.Functions.Worker.Core.FunctionMetadata;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Xunit;

namespace AlfrescoBackupFlows.Functions.Tests;

/// <summary>The flows and activities that the app tells its host of when it starts.</summary>
public sealed class DurableTasksTests : IAsyncDisposable
{
    private readonly FlowEnvironment _environment = new(
        new LoadedOptions(new BackupOptions(), null, null, []),
        new RepositoryStores(new MemoryBlobStore(), new MemoryBlobStore()),
        TimeProvider.System,
        NullLoggerFactory.Instance
    );

    private readonly DurableTaskRegistry _registry = new();
    private readonly IHost _app;

    public DurableTasksTests()
    {
        BackupTasks.Register(_registry);
        FunctionsApplicationBuilder builder = FunctionsApplication.CreateBuilder([]);
        builder.ConfigureDurableExtension(); // The app's build adds a call of this.
        builder.UseBackupTasks();
        builder.Services.AddSingleton(_environment);
        _app = builder.Build();
    }

    [Fact]
    public void Every_flow_and_activity_is_a_function_under_its_own_name()
    {
        var functions = new List<IFunctionMetadata>();
        foreach (IFunctionMetadataTransformer transformer in _app.Services.GetServices<IFunctionMetadataTransformer>())
        {
            transformer.Transform(functions);
        }

        Assert.Equal(
            _registry
                .GetOrchestrators()
                .Select(flow => $"orchestrationTrigger {flow.Key}")
                .Concat(_registry.GetActivities().Select(activity => $"activityTrigger {activity.Key}"))
                .Order(StringComparer.Ordinal),
            functions.Select(function => $"{TriggerOf(function)} {function.Name}").Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void Every_flow_and_activity_can_be_made_from_the_app_s_services()
    {
        var factory = _app.Services.GetRequiredService<IDurableTaskFactory>();

        Assert.All(
            _registry.GetOrchestrators(),
            o => Assert.True(factory.TryCreateOrchestrator(o.Key, _app.Services, out _))
        );
        Assert.All(_registry.GetActivities(), a => Assert.True(factory.TryCreateActivity(a.Key, _app.Services, out _)));
    }

    [Fact]
    public void What_the_flows_write_is_written_as_on_every_host()
    {
        DataConverter converter = _app
            .Services.GetRequiredService<IOptions<DurableTaskWorkerOptions>>()
            .Value.DataConverter;
        var input = new HotBackupInput(RunId.Parse("20261122T010000Z-00000001"), AcceptContentLoss: true, [], "Büro");

        Assert.Equal(BackupTasks.Converter.Serialize(input), converter.Serialize(input));
        Assert.Equal(BackupTasks.Converter.Serialize(Nothing.Value), converter.Serialize(Nothing.Value));
    }

    public async ValueTask DisposeAsync()
    {
        _app.Dispose();
        await _environment.DisposeAsync();
    }

    private static string TriggerOf(IFunctionMetadata function) =>
        JsonDocument.Parse(Assert.Single(function.RawBindings!)).RootElement.GetProperty("type").GetString()!;
}
