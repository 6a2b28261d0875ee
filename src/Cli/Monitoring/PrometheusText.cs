using System.Diagnostics.Metrics;
using AlfrescoBackupFlows.Platform;

namespace AlfrescoBackupFlows.Cli.Monitoring;

/// <summary>
/// Listens to the meters of this program and writes what they said in the text format of Prometheus. Of a histogram it
/// keeps sum and count. Thread-safe.
/// </summary>
internal sealed class PrometheusText : IDisposable
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Of the series alone: whoever counts while it works waits for nothing else.</summary>
    private readonly Lock _gate = new();

    /// <summary>One text at a time.</summary>
    private readonly Lock _writing = new();
    private readonly Dictionary<(Instrument Instrument, string Labels), (double Sum, long Count)> _series = [];
    private readonly KeyValuePair<string, object?> _installation;
    private readonly MeterListener _listener = new();

    /// <param name="state">Its gauges belong to this text; other processes' and tests' do not.</param>
    /// <param name="installation">The label <c>installation</c> of every line.</param>
    public PrometheusText(Meter state, string installation)
    {
        _installation = new("installation", installation);
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter == Telemetry.Meter || instrument.Meter == state)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((i, value, attributes, _) => Note(i, value, attributes));
        _listener.SetMeasurementEventCallback<double>((i, value, attributes, _) => Note(i, value, attributes));
        _listener.Start();
    }

    /// <param name="leaveOut">Names of instruments.</param>
    public string Write(IReadOnlyCollection<string> leaveOut)
    {
        lock (_writing)
        {
            // A value that is not said any more is not known any more.
            lock (_gate)
            {
                foreach (var gauge in _series.Keys.Where(key => key.Instrument.IsObservable).ToArray())
                {
                    _series.Remove(gauge);
                }
            }

            // What gauges read may take its time.
            _listener.RecordObservableInstruments();
            using var text = new StringWriter { NewLine = "\n" };
            foreach (
                var family in Series()
                    .Where(series => !leaveOut.Contains(series.Key.Instrument.Name))
                    .GroupBy(series => series.Key.Instrument)
                    .OrderBy(family => family.Key.Name, StringComparer.Ordinal)
            )
            {
                Write(
                    text,
                    family.Key,
                    family
                        .Select(series => (series.Key.Labels, series.Value.Sum, series.Value.Count))
                        .OrderBy(series => series.Labels, StringComparer.Ordinal)
                );
            }

            return text.ToString();
        }
    }

    private KeyValuePair<(Instrument Instrument, string Labels), (double Sum, long Count)>[] Series()
    {
        lock (_gate)
        {
            return [.. _series];
        }
    }

    public void Dispose() => _listener.Dispose();

    private static void Write(
        StringWriter text,
        Instrument instrument,
        IEnumerable<(string Labels, double Sum, long Count)> series
    )
    {
        bool isCounter = instrument is Counter<long>;
        bool isSummary = instrument is Histogram<double>;
        string name = PrometheusNames.Of(instrument.Name, instrument.Unit, isCounter);
        text.WriteLine($"# HELP {name} {instrument.Description}");
        text.WriteLine($"# TYPE {name} {(isCounter ? "counter" : isSummary ? "summary" : "gauge")}");
        foreach ((string labels, double sum, long count) in series)
        {
            text.WriteLine($"{name}{(isSummary ? "_sum" : null)}{labels} {PrometheusNames.Number(sum)}");
            if (isSummary)
            {
                text.WriteLine($"{name}_count{labels} {PrometheusNames.Number(count)}");
            }
        }
    }

    private void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> attributes)
    {
        string labels = PrometheusNames.Labels([.. attributes, _installation]);
        lock (_gate)
        {
            (double sum, long count) = _series.GetValueOrDefault((instrument, labels));
            _series[(instrument, labels)] = instrument.IsObservable ? (value, 1) : (sum + value, count + 1);
        }
    }
}
