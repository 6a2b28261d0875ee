using System.Diagnostics.Metrics;
using AlfrescoBackupFlows.Cli.Monitoring;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Monitoring;

public sealed class PrometheusTextTests
{
    [Fact]
    public void Units_end_names_and_values_of_a_label_are_escaped()
    {
        using var meter = new Meter("AlfrescoBackupFlows.Test");
        using var text = new PrometheusText(meter, "ac\"me\\\n");
        Counter<long> requests = meter.CreateCounter<long>("test.requests", "{request}", "Requests");
        Histogram<double> took = meter.CreateHistogram<double>("test.duration", "s", "How long");
        meter.CreateObservableGauge("test.size", () => 1e12, "By", "Bytes");
        requests.Add(2, new KeyValuePair<string, object?>("kind", "read"));
        requests.Add(1, new KeyValuePair<string, object?>("kind", "read"));
        took.Record(0.5);
        took.Record(1);

        Assert.Equal(
            """
            # HELP test_duration_seconds How long
            # TYPE test_duration_seconds summary
            test_duration_seconds_sum{installation="ac\"me\\\n"} 1.5
            test_duration_seconds_count{installation="ac\"me\\\n"} 2
            # HELP test_requests_total Requests
            # TYPE test_requests_total counter
            test_requests_total{installation="ac\"me\\\n",kind="read"} 3
            # HELP test_size_bytes Bytes
            # TYPE test_size_bytes gauge
            test_size_bytes{installation="ac\"me\\\n"} 1000000000000

            """.ReplaceLineEndings("\n"),
            Own(text.Write([]))
        );
    }

    [Fact]
    public void A_gauge_that_is_not_known_any_more_is_not_written_any_more()
    {
        using var meter = new Meter("AlfrescoBackupFlows.Test");
        using var text = new PrometheusText(meter, "acme");
        Measurement<double>[] known = [new(1)];
        meter.CreateObservableGauge("test.known", () => known);

        Assert.Contains("test_known{", text.Write([]));
        Assert.DoesNotContain("test_known{", text.Write(["test.known"]));
        known = [];
        Assert.DoesNotContain("test_known{", text.Write([]));
    }

    [Fact]
    public void Who_counts_does_not_wait_for_what_gauges_read()
    {
        using var meter = new Meter("AlfrescoBackupFlows.Test");
        using var text = new PrometheusText(meter, "acme");
        Counter<long> requests = meter.CreateCounter<long>("test.requests");
        bool isCounted = false;
        meter.CreateObservableGauge(
            "test.slow",
            () =>
            {
                var work = new Thread(() => requests.Add(1));
                work.Start();
                isCounted = work.Join(TimeSpan.FromSeconds(10));
                return 1;
            }
        );

        Assert.Contains("test_requests_total{installation=\"acme\"} 1\n", text.Write([]));
        Assert.True(isCounted);
    }

    /// <summary>Without what other tests measure meanwhile.</summary>
    private static string Own(string text) =>
        string.Concat(
            text.Split('\n').Where(line => line.Contains("test_", StringComparison.Ordinal)).Select(line => line + "\n")
        );
}
