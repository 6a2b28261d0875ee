using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Verification;

/// <summary>Collects findings; keeps the first hundred and counts all. Thread-safe.</summary>
internal sealed class Findings
{
    private const int MaxKept = 100;

    private readonly Lock _gate = new();
    private readonly List<Finding> _kept = [];
    private long _errors;
    private long _warnings;

    public void Error(RunId? set, string line) => Add(new Finding(FindingSeverity.Error, set, line));

    public void Warning(RunId? set, string line) => Add(new Finding(FindingSeverity.Warning, set, line));

    public VerifyReport Report(VerifyTotals totals)
    {
        lock (_gate)
        {
            return VerifyReport.Of(_kept, _errors, _warnings, totals);
        }
    }

    private void Add(Finding finding)
    {
        lock (_gate)
        {
            (_errors, _warnings) =
                finding.Severity == FindingSeverity.Error ? (_errors + 1, _warnings) : (_errors, _warnings + 1);
            if (_kept.Count < MaxKept)
            {
                _kept.Add(finding);
            }
        }
    }
}
