using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using AlfrescoBackupFlows.Api.Documents;
using AlfrescoBackupFlows.Api.Tests.Rig;
using AlfrescoBackupFlows.Contracts;

namespace AlfrescoBackupFlows.Api.Tests;

/// <summary>The document says what the route table and the contracts say, no more and no less.</summary>
public sealed class OpenApiTests : IAsyncLifetime
{
    private JsonElement _document;

    public async ValueTask InitializeAsync()
    {
        await using ApiRig api = await ApiRig.StartAsync();
        _document = (await api.GetAsync("/api/openapi.json")).Json;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public void It_has_every_route_and_no_other()
    {
        IEnumerable<string> documented = _document
            .GetProperty("paths")
            .EnumerateObject()
            .SelectMany(path =>
                path.Value.EnumerateObject().Select(method => $"{method.Name.ToUpperInvariant()} {path.Name}")
            );

        Assert.Equal(
            ApiRoutes.All.Select(r => $"{r.Method} /api/{r.Path}").Order(StringComparer.Ordinal),
            documented.Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void Every_route_has_its_status_codes_and_the_common_ones()
    {
        foreach (ApiRoute route in ApiRoutes.All)
        {
            IEnumerable<int> documented = Operation(route)
                .GetProperty("responses")
                .EnumerateObject()
                .Select(r => int.Parse(r.Name, null));
            Assert.Equal(route.StatusCodes.Concat(ApiRoutes.CommonStatusCodes).Order(), documented.Order());
        }
    }

    [Fact]
    public void Every_contract_has_its_properties_and_no_other()
    {
        var seen = new HashSet<Type>();
        foreach (
            Type type in (Type[])
                [
                    typeof(BackupRequest),
                    typeof(VerifyRequest),
                    typeof(RestoreRequest),
                    typeof(BackupDocument),
                    typeof(SetDocument[]),
                    typeof(SetDetailDocument),
                    typeof(VerificationDocument),
                    typeof(RestoreDocument),
                    typeof(DrillRequest),
                    typeof(DrillDocument),
                    typeof(HealthDocument),
                    typeof(HeadDocument),
                    typeof(ForgetSetsRequest),
                    typeof(ForgetDocument),
                    typeof(PinRequest),
                    typeof(PinDocument),
                    typeof(StatsDocument),
                    typeof(PruneRequest),
                    typeof(PruneRunDocument),
                    typeof(MirrorTargetRequest),
                    typeof(MirrorRunDocument),
                    typeof(FindDocument),
                    typeof(FoundDocument[]),
                    typeof(SetReportDocument),
                    typeof(Problem),
                ]
        )
        {
            Compare(ApiJson.Relaxed.GetTypeInfo(type)!, seen);
        }

        Assert.Equal(
            _document
                .GetProperty("components")
                .GetProperty("schemas")
                .EnumerateObject()
                .Select(s => s.Name)
                .Order(StringComparer.Ordinal),
            seen.Select(t => t.Name).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void Every_reference_leads_somewhere()
    {
        foreach (string reference in References(_document))
        {
            Assert.True(
                _document
                    .GetProperty("components")
                    .GetProperty("schemas")
                    .TryGetProperty(reference.Split('/')[^1], out _),
                reference
            );
        }
    }

    private static IEnumerable<string> References(JsonElement node) =>
        node.ValueKind switch
        {
            JsonValueKind.Object => node.EnumerateObject()
                .SelectMany(p => p.Name == "$ref" ? [p.Value.GetString()!] : References(p.Value)),
            JsonValueKind.Array => node.EnumerateArray().SelectMany(References),
            _ => [],
        };

    private JsonElement Operation(ApiRoute route) =>
        _document.GetProperty("paths").GetProperty($"/api/{route.Path}").GetProperty(route.Method.ToLowerInvariant());

    private void Compare(JsonTypeInfo type, HashSet<Type> seen)
    {
        if (type.Kind is JsonTypeInfoKind.Enumerable)
        {
            Compare(ApiJson.Relaxed.GetTypeInfo(type.ElementType!)!, seen);
        }
        else if (type.Kind is JsonTypeInfoKind.Object && seen.Add(type.Type))
        {
            JsonElement schema = _document.GetProperty("components").GetProperty("schemas").GetProperty(type.Type.Name);
            Assert.Equal(
                type.Properties.Select(p => p.Name).Order(StringComparer.Ordinal),
                schema.GetProperty("properties").EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal)
            );
            foreach (JsonPropertyInfo property in type.Properties)
            {
                Compare(ApiJson.Relaxed.GetTypeInfo(property.PropertyType)!, seen);
            }
        }
    }
}
