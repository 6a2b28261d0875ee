using System.Text.Json;
using AlfrescoBackupFlows.Api;
using AlfrescoBackupFlows.Flows;
using AlfrescoBackupFlows.Flows.Engine;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace AlfrescoBackupFlows.Functions.Tests;

/// <summary>What the build tells the Functions host that there is.</summary>
public sealed class FunctionsMetadataTests : IAsyncDisposable
{
    private static readonly JsonElement[] Functions =
        [.. JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "functions.metadata"))).RootElement.EnumerateArray()];

    private readonly FlowEnvironment _environment = new(
        new LoadedOptions(new BackupOptions(), null, null, []),
        new RepositoryStores(new MemoryBlobStore(), new MemoryBlobStore()),
        TimeProvider.System,
        NullLoggerFactory.Instance);

    [Fact]
    public void Every_flow_is_an_orchestrator_under_its_own_name() =>
        Assert.Equal(Catalog.Flows.Select(flow => flow.Name).Order(StringComparer.Ordinal), NamesOf("orchestrationTrigger"));

    [Fact]
    public void Every_activity_is_a_function_under_its_own_name() =>
        Assert.Equal(
            Catalog.Activities.Select(activity => activity.Name).Append(nameof(EndSubFlows)).Order(StringComparer.Ordinal),
            NamesOf("activityTrigger"));

    [Fact]
    public void Every_route_of_the_table_is_a_function_that_asks_for_a_key()
    {
        IEnumerable<string> routes = Bindings("httpTrigger").Select(b => $"{b.Binding.GetProperty("methods")[0].GetString()!.ToUpperInvariant()} {b.Binding.GetProperty("route").GetString()}");

        Assert.Equal(ApiRoutes.All.Select(route => $"{route.Method} {route.Path}").Order(StringComparer.Ordinal), routes.Order(StringComparer.Ordinal));
        Assert.All(Bindings("httpTrigger"), b => Assert.Equal("Function", b.Binding.GetProperty("authLevel").GetString()));
    }

    [Fact]
    public void The_timer_reads_its_schedule_from_the_settings()
    {
        (string name, JsonElement binding) = Assert.Single(Bindings("timerTrigger"));

        Assert.Equal(nameof(NightlyBackup), name);
        Assert.Equal("%ABF:SCHEDULE%", binding.GetProperty("schedule").GetString());
    }

    [Fact]
    public void Nothing_else_is_there() =>
        Assert.Equal(Functions.Length, NamesOf("orchestrationTrigger").Count() + NamesOf("activityTrigger").Count() + NamesOf("httpTrigger").Count() + 1);

    public ValueTask DisposeAsync() => _environment.DisposeAsync();

    private FlowCatalog Catalog => BackupFlows.CreateCatalog(_environment);

    private static IEnumerable<string> NamesOf(string trigger) => Bindings(trigger).Select(b => b.Function).Order(StringComparer.Ordinal);

    private static IEnumerable<(string Function, JsonElement Binding)> Bindings(string trigger) =>
        from function in Functions
        from binding in function.GetProperty("bindings").EnumerateArray()
        where binding.GetProperty("type").GetString() == trigger
        select (function.GetProperty("name").GetString()!, binding);
}
