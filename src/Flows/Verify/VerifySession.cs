using AlfrescoBackupFlows.Flows.Engine;
using AlfrescoBackupFlows.Repository;

namespace AlfrescoBackupFlows.Flows.Verify;

/// <summary>
/// What the steps of a verification share within a process: the opened index, the listing of the packs, and which packs the sets need. Another process makes
/// it anew.
/// </summary>
internal sealed class VerifySession(FlowEnvironment environment)
{
    private readonly Lock _gate = new();
    private Task<OpenedVerification>? _opened;
    private (VerifyInput Wording, long Head) _key;

    public Task<OpenedVerification> OpenAsync(VerifyStepInput step, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            bool begins = step is { Part: VerifyParts.Structure, After: null };
            if (_opened is null || begins || _key != (step.Wording, step.Head))
            {
                _opened = OpenAnewAsync(step, cancellationToken);
                _key = (step.Wording, step.Head);
            }

            return _opened;
        }
    }

    /// <summary>The next step opens anew.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            _opened = null;
        }
    }

    private async Task<OpenedVerification> OpenAnewAsync(VerifyStepInput step, CancellationToken cancellationToken)
    {
        BackupRepository repository = await environment.Runs.OpenRepositoryAsync(cancellationToken);
        LogHead head = await repository.Log.ReadAsync(cancellationToken);
        string? installation = environment.Options.Options.Installation.Name;
        SetSummary[] sets =
        [
            .. head.State.Sets.Where(set => set.Sequence <= step.Head
                && (step.Wording.Set is null ? installation is null || set.Installation == installation : set.Id.ToString() == step.Wording.Set)),
        ];
        return new OpenedVerification(await SetVerification.OpenAsync(repository, head.State, cancellationToken), sets);
    }
}

/// <param name="Sets">In the order of the log.</param>
internal sealed record OpenedVerification(SetVerification Verification, IReadOnlyList<SetSummary> Sets)
{
    private readonly HashSet<RunId> _checked = [];

    /// <summary>Counts live what it has seen of the set.</summary>
    public async Task<VerifyReport> CheckAsync(SetSummary set, IProgressSink? progress, CancellationToken cancellationToken)
    {
        var told = new Told(progress);
        VerifyReport report = await Verification.CheckSetAsync(set, told, cancellationToken);
        _checked.Add(set.Id);
        return report;
    }

    /// <summary>Looks at the sets up to a place in the log that an earlier process reported on, to know which packs they need. What it reported may have changed since.</summary>
    /// <returns>Null: this process has looked at all of them itself.</returns>
    public async Task<VerifyReport?> CheckAgainAsync(long last, CancellationToken cancellationToken)
    {
        VerifyReport? report = null;
        foreach (SetSummary set in Sets.Where(set => set.Sequence <= last && !_checked.Contains(set.Id)))
        {
            report = (report ?? VerifyReport.None) + await CheckAsync(set, progress: null, cancellationToken);
        }

        return report;
    }

    private sealed class Told(IProgressSink? progress) : IProgress<VerifyTotals>
    {
        private long _files;

        public void Report(VerifyTotals value)
        {
            progress?.Advance(VerifyParts.Structure, value.Files - _files, 0);
            _files = value.Files;
        }
    }
}
