using AlfrescoBackupFlows.Platform.Files;
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

    /// <param name="blob">Where it lies; null: the one that the line names as damaged, if it names one.</param>
    public void Error(RunId? set, string line, string? blob = null) =>
        Add(new Finding(FindingSeverity.Error, set, line) { Blob = blob ?? Damage.BlobIn(line) });

    public void Warning(RunId? set, string line, string? blob = null) =>
        Add(new Finding(FindingSeverity.Warning, set, line) { Blob = blob ?? Damage.BlobIn(line) });

    /// <summary>A file that does not restore.</summary>
    /// <param name="why">A clause; the blob that it names is where the damage lies.</param>
    public void LostFile(RunId set, RootStamp root, byte[] path, string why)
    {
        string shown = TreePath.Display(path);
        Add(
            new Finding(FindingSeverity.Error, set, $"File '{shown}' of {root.Name} does not restore: {why}.")
            {
                Root = root.Name,
                Path = shown,
                Blob = Damage.BlobIn(why),
            }
        );
    }

    /// <summary>How many there are.</summary>
    public long Count
    {
        get
        {
            lock (_gate)
            {
                return _errors + _warnings;
            }
        }
    }

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
