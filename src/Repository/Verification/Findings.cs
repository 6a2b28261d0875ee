using System.Collections.Immutable;

namespace AlfrescoBackupFlows.Repository;

/// <summary>Collects findings; keeps the first thousand and counts all. Thread-safe.</summary>
internal sealed class Findings
{
    private const int MaxKept = 1000;

    private readonly Lock _gate = new();
    private readonly ImmutableArray<Finding>.Builder _kept = ImmutableArray.CreateBuilder<Finding>();
    private long _errors;
    private long _warnings;

    public void Error(RunId? set, string line) => Add(new Finding(FindingSeverity.Error, set, line));

    public void Warning(RunId? set, string line) => Add(new Finding(FindingSeverity.Warning, set, line));

    public VerifyReport Report(VerifyTotals totals)
    {
        lock (_gate)
        {
            return new VerifyReport(_kept.ToImmutable(), _errors, _warnings, totals);
        }
    }

    private void Add(Finding finding)
    {
        lock (_gate)
        {
            (_errors, _warnings) = finding.Severity == FindingSeverity.Error ? (_errors + 1, _warnings) : (_errors, _warnings + 1);
            if (_kept.Count < MaxKept)
            {
                _kept.Add(finding);
            }
        }
    }
}
