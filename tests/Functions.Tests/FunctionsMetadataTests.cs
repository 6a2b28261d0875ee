using System.Text.Json;
using AlfrescoBackupFlows.Api;
using AlfrescoBackupFlows.Functions.Triggers;
using Xunit;

namespace AlfrescoBackupFlows.Functions.Tests;

/// <summary>
/// What the build tells the Functions host that there is; flows and activities come when the app starts (<see
/// cref="DurableTasksTests"/>).
/// </summary>
public sealed class FunctionsMetadataTests
{
    private static readonly JsonElement[] Functions =
    [
        .. JsonDocument
            .Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "functions.metadata")))
            .RootElement.EnumerateArray(),
    ];

    [Fact]
    public void Every_route_of_the_table_is_a_function_that_asks_for_a_key()
    {
        IEnumerable<string> routes = Bindings("httpTrigger")
            .Select(b =>
                $"{b.Binding.GetProperty("methods")[0].GetString()!.ToUpperInvariant()} {b.Binding.GetProperty("route").GetString()}"
            );

        Assert.Equal(
            ApiRoutes.All.Select(route => $"{route.Method} {route.Path}").Order(StringComparer.Ordinal),
            routes.Order(StringComparer.Ordinal)
        );
        Assert.All(
            Bindings("httpTrigger"),
            b => Assert.Equal("Function", b.Binding.GetProperty("authLevel").GetString())
        );
    }

    [Fact]
    public void The_timer_reads_its_schedule_from_the_settings()
    {
        (string name, JsonElement binding) = Assert.Single(Bindings("timerTrigger"));

        Assert.Equal(nameof(NightlyBackup), name);
        Assert.Equal("%ABF:SCHEDULE%", binding.GetProperty("schedule").GetString());
    }

    [Fact]
    public void Nothing_else_is_there() => Assert.Equal(Functions.Length, Bindings("httpTrigger").Count() + 1);

    private static IEnumerable<(string Function, JsonElement Binding)> Bindings(string trigger) =>
        from function in Functions
        from binding in function.GetProperty("bindings").EnumerateArray()
        where binding.GetProperty("type").GetString() == trigger
        select (function.GetProperty("name").GetString()!, binding);
}
