using System.Diagnostics.Metrics;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.SetChecks;

namespace AlfrescoBackupFlows.Hosting.Monitoring;

/// <summary>
/// What the repository and the last backup are like, as gauges of a meter of its own: ended with it. What is not known
/// has no value.
/// </summary>
public sealed class StateMetrics : IDisposable
{
    /// <summary>Ages mean something only while somebody reads them: a file keeps them as they were.</summary>
    public static readonly IReadOnlyCollection<string> Ages = ["abf.set.age", "abf.check.age"];

    private readonly FactsKeeper _facts;
    private readonly Func<LastRun?> _lastRun;
    private readonly TimeProvider _time;

    /// <param name="lastRun">How the last backup ended; null: not known.</param>
    public StateMetrics(FactsKeeper facts, Func<LastRun?> lastRun, TimeProvider time)
    {
        (_facts, _lastRun, _time) = (facts, lastRun, time);
        Gauge("abf.look.timestamp", "s", "When the repository was looked at last, UNIX time", f => Unix(f.Read));
        Gauge("abf.sets", "{set}", "Sets of the installation", f => f.Sets.Sets.Count);
        OfSet("abf.set.timestamp", "s", "When the newest consistent set was sealed, UNIX time", s => Unix(s.Sealed));
        OfSet("abf.set.age", "s", "Age of the newest consistent set", s => Age(s.Sealed));
        OfSet(
            "abf.set.duration",
            "s",
            "How long the newest consistent set took",
            s => (s.Sealed - s.Started).TotalSeconds
        );
        OfSet("abf.set.files", "{file}", "Files of the newest consistent set", s => s.Files);
        OfSet("abf.set.size", "By", "Bytes of its files, as they were in the installation", s => s.Bytes);
        OfSet("abf.set.added", "By", "Bytes that it added to the repository", s => s.AddedBytes);
        Gauges(
            "abf.set.phase.duration",
            "s",
            "How long its phases took",
            f => f.Phases.Select(p => Of((p.Ended - p.Started).TotalSeconds, "phase", p.Name))
        );
        Gauges(
            "abf.set.findings",
            "{finding}",
            "What the newest set lacks, whether or not it is consistent, by kind",
            f => f.Findings.Select(finding => Of(finding.Count, "kind", finding.Kind))
        );
        Gauge("abf.repository.alarms", "{alarm}", "Alarms that stand in the repository's log", f => f.Alarms);
        Gauge("abf.repository.size", "By", "Bytes of all packs", f => f.StoredBytes);
        Gauge(
            "abf.repository.unused",
            "By",
            "About as many of them hold nothing that a set needs",
            _ => _facts.Unused?.Bytes
        );
        Gauge(
            "abf.repository.unused.timestamp",
            "s",
            "When that was counted, UNIX time",
            _ => _facts.Unused is { } unused ? Unix(unused.Counted) : null
        );
        Gauges(
            "abf.check.timestamp",
            "s",
            "When sets were checked last, UNIX time, by kind: verify, drill",
            f => Checks(f).Select(check => Of(Unix(check.Ended), "kind", check.Kind))
        );
        Gauges(
            "abf.check.age",
            "s",
            "How long ago that was",
            f => Checks(f).Select(check => Of(Age(check.Ended), "kind", check.Kind))
        );
        Gauges(
            "abf.check.failures",
            "{set}",
            "Sets whose check failed and has not passed since; of drills the last one counts",
            f =>
                [
                    Of(f.Sets.Failed.Count, "kind", SetCheckKinds.Verify),
                    Of(f.Sets.Drilled is { Passed: false } ? 1 : 0, "kind", SetCheckKinds.Drill),
                ]
        );
        OfRun("abf.run.timestamp", "s", "When the last backup ended, UNIX time", run => [new(Unix(run.Ended))]);
        OfRun(
            "abf.run.duration",
            "s",
            "How long the last backup took, however it ended",
            run => [new((run.Ended - run.Started).TotalSeconds)]
        );
        OfRun(
            "abf.run.outcome",
            "1",
            "1 for how the last backup ended: sealed, findings, failed, cancelled; 0 for the others",
            run => RunOutcomes.All.Select(outcome => Of(outcome == run.Outcome ? 1 : 0, "outcome", outcome))
        );
    }

    /// <summary>They are of this alone.</summary>
    public Meter Meter { get; } = new(Telemetry.Name);

    public void Dispose() => Meter.Dispose();

    private void OfSet(string name, string unit, string description, Func<SetSummary, double> value) =>
        Gauge(name, unit, description, facts => facts.Sets.Newest is { } set ? value(set) : null);

    private void Gauge(string name, string unit, string description, Func<RepositoryFacts, double?> value) =>
        Gauges(name, unit, description, facts => value(facts) is { } number ? [new Measurement<double>(number)] : []);

    private void Gauges(
        string name,
        string unit,
        string description,
        Func<RepositoryFacts, IEnumerable<Measurement<double>>> values
    ) =>
        Meter.CreateObservableGauge(
            name,
            () =>
            {
                _ = _facts.Ask();
                return _facts.Current is { } facts ? values(facts) : [];
            },
            unit,
            description
        );

    private void OfRun(
        string name,
        string unit,
        string description,
        Func<LastRun, IEnumerable<Measurement<double>>> values
    ) => Meter.CreateObservableGauge(name, () => _lastRun() is { } run ? values(run) : [], unit, description);

    private static IEnumerable<SetCheck> Checks(RepositoryFacts facts) =>
        new[] { facts.Sets.Verified, facts.Sets.Drilled }.OfType<SetCheck>();

    private static Measurement<double> Of(double value, string attribute, string of) =>
        new(value, new KeyValuePair<string, object?>(attribute, of));

    private double Age(DateTimeOffset time) => Math.Max(0, (_time.GetUtcNow() - time).TotalSeconds);

    private static double Unix(DateTimeOffset time) => time.ToUnixTimeMilliseconds() / 1000d;
}
