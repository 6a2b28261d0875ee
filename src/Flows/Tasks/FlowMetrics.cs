using System.Diagnostics.Metrics;
using AlfrescoBackupFlows.Platform;

namespace AlfrescoBackupFlows.Flows.Tasks;

/// <summary>What flows and activities measure of themselves, on every host.</summary>
internal static class FlowMetrics
{
    private static readonly Counter<long> Runs = Telemetry.Meter.CreateCounter<long>(
        "abf.runs",
        "{run}",
        "Flows that ended, by how: completed, failed, cancelled"
    );

    private static readonly Histogram<double> Phase = Telemetry.Meter.CreateHistogram<double>(
        "abf.phase.duration",
        "s",
        "How long phases took"
    );

    private static readonly Histogram<double> Activity = Telemetry.Meter.CreateHistogram<double>(
        "abf.activity.duration",
        "s",
        "How long attempts of activities took"
    );

    public static void RunEnded(string flow, string outcome) => Runs.Add(1, new("flow", flow), new("outcome", outcome));

    public static void PhaseEnded(string flow, string phase, TimeSpan took) =>
        Phase.Record(took.TotalSeconds, new("flow", flow), new("phase", phase));

    public static void ActivityEnded(string activity, string outcome, TimeSpan took) =>
        Activity.Record(took.TotalSeconds, new("activity", activity), new("outcome", outcome));
}
