using System.Text.Json;
using AlfrescoBackupFlows.Api;
using AlfrescoBackupFlows.Flows;
using AlfrescoBackupFlows.Functions.Triggers;
using Microsoft.Azure.Functions.Worker.Core.FunctionMetadata;
using Microsoft.DurableTask;
using Xunit;

namespace AlfrescoBackupFlows.Functions.Tests;

/// <summary>
/// The functions that the app tells its host of, as the build found them; flows and activities are added when it starts
/// (<see cref="DurableTasksTests"/>).
/// </summary>
public sealed class FunctionsMetadataTests : IAsyncLifetime
{
    private readonly List<(string Function, JsonElement Binding)> _bindings = [];

    public async ValueTask InitializeAsync()
    {
        foreach (
            IFunctionMetadata function in await new GeneratedFunctionMetadataProvider().GetFunctionMetadataAsync("")
        )
        {
            _bindings.AddRange(function.RawBindings!.Select(binding => (function.Name!, JsonElement.Parse(binding))));
        }
    }

    [Fact]
    public void Every_route_of_the_table_is_a_function_that_asks_for_a_key()
    {
        (string Function, JsonElement Binding)[] functions =
        [
            .. Of("httpTrigger").Where(b => b.Function != nameof(WebPage)),
        ];
        IEnumerable<string> routes = functions.Select(b =>
            $"{b.Binding.GetProperty("methods")[0].GetString()!.ToUpperInvariant()} {b.Binding.GetProperty("route").GetString()}"
        );

        Assert.Equal(
            ApiRoutes.All.Select(route => $"{route.Method} {route.Path}").Order(StringComparer.Ordinal),
            routes.Order(StringComparer.Ordinal)
        );
        Assert.All(functions, b => Assert.Equal("Function", b.Binding.GetProperty("authLevel").GetString()));
    }

    [Fact]
    public void The_page_alone_is_there_without_a_key_of_a_function()
    {
        JsonElement page = Assert.Single(Of("httpTrigger"), b => b.Function == nameof(WebPage)).Binding;

        Assert.Equal("Anonymous", page.GetProperty("authLevel").GetString());
        Assert.Equal("page/{*path}", page.GetProperty("route").GetString());
        Assert.Equal(["get", "post"], page.GetProperty("methods").EnumerateArray().Select(m => m.GetString()));
    }

    [Fact]
    public void The_backup_reads_its_schedule_from_the_settings_and_looks_are_every_hour_and_every_five_minutes() =>
        Assert.Equal(
            [
                (nameof(HourlyLook), "0 30 * * * *"),
                (nameof(NightlyBackup), "%ABF:SCHEDULE%"),
                (nameof(ToldRuns), "15 */5 * * * *"),
            ],
            Of("timerTrigger")
                .Select(timer => (timer.Function, timer.Binding.GetProperty("schedule").GetString()))
                .Order()
        );

    [Fact]
    public void Nothing_else_is_there() =>
        Assert.Equal(
            ApiRoutes.All.Count + 4,
            _bindings.Select(b => b.Function).Distinct(StringComparer.Ordinal).Count()
        );

    /// <summary>Those of the build and those that are added when the app starts are functions of one host, which does not
    /// start where two have one name, whatever the case of its letters.</summary>
    [Fact]
    public void No_function_has_the_name_of_a_flow_or_of_an_activity()
    {
        var registry = new DurableTaskRegistry();
        BackupTasks.Register(registry);
        IEnumerable<string> names = _bindings
            .Select(b => b.Function)
            .Distinct(StringComparer.Ordinal)
            .Concat(registry.GetOrchestrators().Select(flow => flow.Key.Name))
            .Concat(registry.GetActivities().Select(activity => activity.Key.Name));

        Assert.DoesNotContain(
            names.GroupBy(name => name, StringComparer.OrdinalIgnoreCase),
            static name => name.Count() > 1
        );
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private IEnumerable<(string Function, JsonElement Binding)> Of(string trigger) =>
        _bindings.Where(b => b.Binding.GetProperty("type").GetString() == trigger);
}
