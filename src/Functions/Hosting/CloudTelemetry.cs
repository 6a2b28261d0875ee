using AlfrescoBackupFlows.Platform;
using Azure.Identity;
using Azure.Monitor.OpenTelemetry.Exporter;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace AlfrescoBackupFlows.Functions.Hosting;

/// <summary>
/// The spans and metrics of the backups go to Application Insights, where the host's own go, and to a collector where
/// OpenTelemetry's variables name one. The host's logs, requests and dependencies are not touched.
/// </summary>
internal static class CloudTelemetry
{
    public const string Insights = "APPLICATIONINSIGHTS_CONNECTION_STRING";
    public const string Authentication = "APPLICATIONINSIGHTS_AUTHENTICATION_STRING";
    public const string Collector = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private const string ClientId = "ClientId=";

    /// <summary>Nothing is made where neither is set.</summary>
    public static void AddCloudTelemetry(this IServiceCollection services)
    {
        (bool toInsights, bool toCollector) = (Get(Insights) is not null, Get(Collector) is not null);
        if (!toInsights && !toCollector)
        {
            return;
        }

        services.AddHostedService<StateMetricsService>();
        services
            .AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("abf").AddEnvironmentVariableDetector())
            .WithTracing(traces =>
            {
                traces.AddSource(Telemetry.Name);
                _ = toCollector ? traces.AddOtlpExporter() : traces;
                _ = toInsights ? traces.AddAzureMonitorTraceExporter(Configure) : traces;
            })
            .WithMetrics(metrics =>
            {
                metrics.AddMeter(Telemetry.Name);
                _ = toCollector ? metrics.AddOtlpExporter() : metrics;
                _ = toInsights ? metrics.AddAzureMonitorMetricExporter(Configure) : metrics;
            });
    }

    /// <summary>What the setting of the host says: whether it uses an identity, and the client id of one that a user
    /// assigned.</summary>
    /// <param name="authentication">Such as <c>ClientId=...;Authorization=AAD</c>.</param>
    internal static (bool UsesIdentity, string? Client) IdentityOf(string? authentication)
    {
        string[] parts = authentication?.Split(';', StringSplitOptions.TrimEntries) ?? [];
        return (
            parts.Contains("Authorization=AAD", StringComparer.OrdinalIgnoreCase),
            parts
                .FirstOrDefault(part => part.StartsWith(ClientId, StringComparison.OrdinalIgnoreCase))
                ?[ClientId.Length..]
        );
    }

    private static void Configure(AzureMonitorExporterOptions options)
    {
        options.ConnectionString = Get(Insights);
        (bool usesIdentity, string? client) = IdentityOf(Get(Authentication));
        if (usesIdentity)
        {
            options.Credential = new ManagedIdentityCredential(
                client is null ? ManagedIdentityId.SystemAssigned : ManagedIdentityId.FromUserAssignedClientId(client)
            );
        }
    }

    private static string? Get(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
