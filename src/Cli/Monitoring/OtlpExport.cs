using System.Reflection;
using AlfrescoBackupFlows.Platform;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace AlfrescoBackupFlows.Cli.Monitoring;

/// <summary>Spans and metrics to a collector, by OpenTelemetry's own variables. What it cannot take is lost, and
/// said.</summary>
internal sealed class OtlpExport : IDisposable
{
    /// <summary>What may still be sent when the command ends waits no longer for its collector.</summary>
    private const int PatienceMilliseconds = 5000;

    private readonly OtlpFaults _faults;
    private readonly TracerProvider? _traces;
    private readonly MeterProvider? _metrics;

    /// <param name="say">Gets the first fault, a line.</param>
    public OtlpExport(string installation, Action<string> say)
    {
        string version = typeof(OtlpExport)
            .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
            .InformationalVersion;
        _faults = new OtlpFaults(say);
        // The variables come last, so that they win.
        ResourceBuilder resource = ResourceBuilder
            .CreateEmpty()
            .AddService("abf", serviceVersion: version)
            .AddAttributes([new KeyValuePair<string, object>("abf.installation", installation)])
            .AddTelemetrySdk()
            .AddEnvironmentVariableDetector();
        _traces = OtlpVariables.WantTraces
            ? Sdk.CreateTracerProviderBuilder()
                .SetResourceBuilder(resource)
                .AddSource(Telemetry.Name)
                .AddOtlpExporter()
                .Build()
            : null;
        _metrics = OtlpVariables.WantMetrics
            ? Sdk.CreateMeterProviderBuilder()
                .SetResourceBuilder(resource)
                .AddMeter(Telemetry.Name)
                .AddOtlpExporter()
                .Build()
            : null;
    }

    public void Dispose()
    {
        _traces?.Shutdown(PatienceMilliseconds);
        _metrics?.Shutdown(PatienceMilliseconds);
        _traces?.Dispose();
        _metrics?.Dispose();
        _faults.Dispose();
    }
}
