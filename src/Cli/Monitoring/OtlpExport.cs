using System.Reflection;
using AlfrescoBackupFlows.Platform;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace AlfrescoBackupFlows.Cli.Monitoring;

/// <summary>Spans and metrics to a collector, by OpenTelemetry's own variables. What it cannot take is lost, and
/// said.</summary>
internal sealed class OtlpExport : IAsyncDisposable
{
    /// <summary>What may still be sent when the command ends waits no longer for its collector.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Action<string> _say;
    private readonly OtlpFaults _faults;
    private readonly TracerProvider? _traces;
    private readonly MeterProvider? _metrics;

    /// <param name="say">Gets the first fault, a line.</param>
    public OtlpExport(string installation, Action<string> say)
    {
        string version = typeof(OtlpExport)
            .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
            .InformationalVersion;
        _say = say;
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

    /// <summary>Sends what is left, traces and metrics side by side; what the collector has not taken within the limit is
    /// lost, and said.</summary>
    public async ValueTask DisposeAsync()
    {
        int patience = (int)Patience.TotalMilliseconds;
        // They wait for the collector, on the thread that calls them.
        Task<bool> traces = Task.Run(() => _traces?.Shutdown(patience) ?? true, CancellationToken.None);
        Task<bool> metrics = Task.Run(() => _metrics?.Shutdown(patience) ?? true, CancellationToken.None);
        Task<bool[]> both = Task.WhenAll(traces, metrics);
        // Whatever the library waits for besides: the end of a run is not put off by it.
        await Task.WhenAny(both, Task.Delay(2 * Patience, CancellationToken.None));
        bool isTaken = both.IsCompletedSuccessfully && (await both).All(static one => one);
        if (!isTaken && !_faults.IsSaid)
        {
            _say(
                "telemetry could not be exported, and the work goes on without it: the collector did not take the rest "
                    + $"within {Patience.TotalSeconds:0} seconds"
            );
        }

        if (both.IsCompleted)
        {
            _traces?.Dispose();
            _metrics?.Dispose();
        }

        _faults.Dispose();
    }
}
