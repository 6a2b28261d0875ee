using System.Text;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;
using AlfrescoBackupFlows.Repository.Verification;

namespace AlfrescoBackupFlows.Flows.Verify.Activities;

/// <summary>What a comparison with the live installation found. Thread-safe.</summary>
internal sealed class LiveFindings
{
    /// <summary>Findings that a report keeps.</summary>
    private const int MaxKept = 100;

    /// <summary>Paths in memory at a time.</summary>
    private const int MaxCandidates = 100_000;

    private readonly Lock _gate = new();
    private readonly List<Finding> _kept = [];

    /// <summary>Files that are gone: whether the live database still requires them.</summary>
    private readonly Dictionary<(string Root, string Path), bool> _candidates = [];
    private VerifyTotals _totals = VerifyTotals.None;
    private long _warnings;

    public bool HasCandidates => _candidates.Count > 0;

    public bool IsFull => _candidates.Count >= MaxCandidates;

    /// <param name="isRequired">By the set's database.</param>
    public void Compared(string root, ListingEntry entry, bool isSame, bool isRequired)
    {
        lock (_gate)
        {
            _totals += VerifyTotals.None with
            {
                Compared = 1,
                ComparedBytes = entry.Length,
                Changed = !isSame && isRequired ? 1 : 0,
            };
            if (!isSame)
            {
                string what =
                    $"File '{TreePath.Display(entry.Path)}' of {root} has other bytes in the live installation than in this set";
                Keep(
                    isRequired ? FindingSeverity.Alarm : FindingSeverity.Warning,
                    root,
                    entry.Path,
                    isRequired
                        ? $"{what}, and Alfresco never changes a file: its disk did, or somebody. The set has it as it was."
                        : $"{what}. The database did not require it: perhaps it was being written when it was captured."
                );
            }
        }
    }

    public void NotThere(string root, byte[] path, bool isRequired)
    {
        lock (_gate)
        {
            if (isRequired)
            {
                _candidates[(root, Key(path))] = false;
            }
            else
            {
                _totals += VerifyTotals.None with { CleanedUp = 1 };
            }
        }
    }

    /// <summary>The live database requires a file.</summary>
    public void Confirm(string root, byte[] path)
    {
        if (_candidates.ContainsKey((root, Key(path))))
        {
            _candidates[(root, Key(path))] = true;
        }
    }

    public void Unreadable(string root, byte[] path, string why)
    {
        lock (_gate)
        {
            Keep(
                FindingSeverity.Warning,
                root,
                path,
                $"File '{TreePath.Display(path)}' of {root} was not compared, because the live one cannot be read: {why}"
            );
        }
    }

    /// <summary>A root of the set that the installation does not have.</summary>
    public void NoRoot(string root)
    {
        _warnings++;
        _kept.Add(
            new Finding(
                FindingSeverity.Warning,
                null,
                $"{root}: the configuration names no such content root, so that none of its files was compared."
            )
        );
    }

    public VerifyReport Report(RunId set)
    {
        foreach (((string root, string key), bool isRequired) in _candidates)
        {
            _totals += VerifyTotals.None with { Gone = isRequired ? 1 : 0, CleanedUp = isRequired ? 0 : 1 };
            if (isRequired)
            {
                byte[] path = Encoding.Latin1.GetBytes(key);
                Keep(
                    FindingSeverity.Alarm,
                    root,
                    path,
                    $"File '{TreePath.Display(path)}' of {root} is gone from the live installation, and its database "
                        + "requires it. The set has it."
                );
            }
        }

        return VerifyReport.OfLive(_kept.Select(finding => finding with { Set = set }), _warnings, _totals);
    }

    private void Keep(FindingSeverity severity, string root, byte[] path, string line)
    {
        _warnings += severity is FindingSeverity.Warning ? 1 : 0;
        if (_kept.Count < MaxKept)
        {
            _kept.Add(new Finding(severity, null, line) { Root = root, Path = TreePath.Display(path) });
        }
    }

    // Latin-1 keeps every byte apart.
    private static string Key(byte[] path) => Encoding.Latin1.GetString(path);
}
