using System.Diagnostics.Tracing;
using System.Globalization;
using AlfrescoBackupFlows.Platform;

namespace AlfrescoBackupFlows.Cli.Monitoring;

/// <summary>Listens for what OpenTelemetry's own libraries could not do, which they tell nobody else, and says the first of
/// it.</summary>
internal sealed class OtlpFaults(Action<string> say) : EventListener
{
    private int _isSaid;

    public bool IsSaid => Volatile.Read(ref _isSaid) == 1;

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name.StartsWith("OpenTelemetry-", StringComparison.Ordinal))
        {
            EnableEvents(eventSource, EventLevel.Warning);
        }
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (Interlocked.Exchange(ref _isSaid, 1) == 0)
        {
            object?[] payload = [.. eventData.Payload ?? (IEnumerable<object?>)[]];
            string what = string.Format(CultureInfo.InvariantCulture, eventData.Message ?? "{0}", payload);
            string line = what.ReplaceLineEndings("\n").Split('\n')[0];
            say($"telemetry could not be exported, and the work goes on without it: {Secret.Redact(line)}");
        }
    }
}
