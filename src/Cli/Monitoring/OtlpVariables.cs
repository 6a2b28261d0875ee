using AlfrescoBackupFlows.Platform;

namespace AlfrescoBackupFlows.Cli.Monitoring;

/// <summary>Whether OpenTelemetry's variables ask for anything: without an address nothing of it is even
/// loaded.</summary>
internal static class OtlpVariables
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>Shorter values are numbers of tenants and the like: hidden, they would tear holes into every message.</summary>
    private const int ShortestKey = 8;

    public static bool AreSet => WantTraces || WantMetrics;

    public static bool WantTraces => IsWanted("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_TRACES_EXPORTER");

    public static bool WantMetrics => IsWanted("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "OTEL_METRICS_EXPORTER");

    /// <summary>The values of the headers are keys of collectors: from here on no message shows them.</summary>
    public static void HideHeaders()
    {
        string?[] headers =
        [
            Get("OTEL_EXPORTER_OTLP_HEADERS"),
            Get("OTEL_EXPORTER_OTLP_TRACES_HEADERS"),
            Get("OTEL_EXPORTER_OTLP_METRICS_HEADERS"),
        ];
        foreach (string value in headers.OfType<string>().SelectMany(KeysIn))
        {
            _ = new Secret(value);
            _ = new Secret(Uri.UnescapeDataString(value));
        }
    }

    /// <param name="headers">As the variables have them: <c>name=value,...</c></param>
    internal static IEnumerable<string> KeysIn(string headers) =>
        headers
            .Split(',')
            .Select(header => header[(header.IndexOf('=', StringComparison.Ordinal) + 1)..].Trim())
            .Where(value => value.Length >= ShortestKey);

    private static bool IsWanted(string endpoint, string exporter) =>
        !string.Equals(Get("OTEL_SDK_DISABLED"), "true", StringComparison.OrdinalIgnoreCase)
        && (Get(Endpoint) ?? Get(endpoint)) is not null
        && Get(exporter) is null or "otlp";

    private static string? Get(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
