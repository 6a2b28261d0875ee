using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Flows.Verify.Records;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.Verification;

namespace AlfrescoBackupFlows.Flows.Verify.Activities;

/// <summary>
/// What the steps of a verification share within a process: the repository, opened for this verification alone, because
/// whoever verifies must not rely on what is in memory; its index, the listing of the packs, and which packs the sets
/// need. Another process makes it anew.
/// </summary>
internal sealed class VerifySession(FlowEnvironment environment)
{
    private readonly Lock _gate = new();
    private OpenedOnce? _opened;
    private (BackupRepository Repository, LogHead Head)? _offered;
    private (VerifyInput Request, long Head) _key;

    /// <summary>
    /// Gives the repository as the plan of a verification has just opened and authenticated it: its first step goes on
    /// with that. Taken over.
    /// </summary>
    public async ValueTask OfferAsync(BackupRepository repository, LogHead head)
    {
        (BackupRepository Repository, LogHead Head)? before;
        lock (_gate)
        {
            (before, _offered) = (_offered, (repository, head));
        }

        if (before is { } left)
        {
            await left.Repository.DisposeAsync();
        }
    }

    private async Task<(BackupRepository Repository, LogHead Head)> OpenRepositoryAsync(
        long head,
        CancellationToken cancellationToken
    )
    {
        (BackupRepository Repository, LogHead Head)? offered;
        lock (_gate)
        {
            (offered, _offered) = (_offered, null);
        }

        if (offered is { } opened)
        {
            if (opened.Head.Sequence == head)
            {
                return opened;
            }

            await opened.Repository.DisposeAsync();
        }

        return await environment.Repository.OpenAnewAsync(cancellationToken);
    }

    /// <summary>
    /// Works with what is opened; the last one who does disposes it. After a fault the next step opens anew.
    /// </summary>
    public async Task<VerifiedStep> WorkAsync(
        VerifyStepInput step,
        Func<OpenedVerification, Task<VerifiedStep>> work,
        CancellationToken cancellationToken
    )
    {
        (OpenedOnce opened, OpenedOnce? before) = Take(step, cancellationToken);
        try
        {
            if (before is not null)
            {
                // Of a verification that was cancelled between two steps.
                await ReleaseAsync(before);
            }

            OpenedVerification verification = await opened.Task;
            VerifiedStep done = await work(verification);
            if (!done.Report.IsSound && await verification.HasMovedAsync(cancellationToken))
            {
                throw new TransientException(
                    ErrorKind.Repository,
                    "Sets were forgotten or pruned while they were verified: what is left is looked at anew."
                );
            }

            bool isLastPart = step.Part != VerifyParts.Structure || step.Request.Depth == VerifyDepths.Structure;
            if (done.Next is null && isLastPart)
            {
                Forget(opened);
            }

            return done;
        }
        catch
        {
            // The fault of a pack is said once, and this report will not be read.
            Forget(opened);
            throw;
        }
        finally
        {
            await ReleaseAsync(opened);
        }
    }

    /// <returns>What is opened, and what was opened before and has to be released.</returns>
    private (OpenedOnce Opened, OpenedOnce? Before) Take(VerifyStepInput step, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            OpenedOnce? before = null;
            bool begins = step is { Part: VerifyParts.Structure, After: null };
            if (_opened is null || begins || _key != (step.Request, step.Head))
            {
                before = _opened;
                if (before is not null)
                {
                    before.Users++;
                }

                _opened = new OpenedOnce(OpenAnewAsync(step, cancellationToken));
                _key = (step.Request, step.Head);
            }

            _opened.Users++;
            return (_opened, before);
        }
    }

    private void Forget(OpenedOnce opened)
    {
        lock (_gate)
        {
            _opened = _opened == opened ? null : _opened;
        }
    }

    private async Task ReleaseAsync(OpenedOnce opened)
    {
        lock (_gate)
        {
            if (--opened.Users > 0 || _opened == opened)
            {
                return;
            }
        }

        if (opened.Task.IsCompletedSuccessfully)
        {
            await (await opened.Task).DisposeAsync();
        }
    }

    private async Task<OpenedVerification> OpenAnewAsync(VerifyStepInput step, CancellationToken cancellationToken)
    {
        (BackupRepository repository, LogHead head) = await OpenRepositoryAsync(step.Head, cancellationToken);
        try
        {
            string? installation = environment.Options.Installation.Name;
            SetSummary[] there = [.. head.State.Sets.Where(set => set.Sequence <= step.Head)];
            SetSummary[] sets =
            [
                .. there.Where(set =>
                    step.Request.Set is { } id ? set.Id == id : installation is null || set.Installation == installation
                ),
            ];
            SetVerification verification = await SetVerification.OpenAsync(repository, head.State, cancellationToken);
            return new OpenedVerification(repository, verification, sets, AreAll: sets.Length == there.Length)
            {
                State = head.State,
            };
        }
        catch
        {
            await repository.DisposeAsync();
            throw;
        }
    }

    private sealed class OpenedOnce(Task<OpenedVerification> task)
    {
        public Task<OpenedVerification> Task { get; } = task;

        public int Users { get; set; }
    }
}

/// <param name="Sets">In the order of the log.</param>
/// <param name="AreAll">There are no others.</param>
internal sealed record OpenedVerification(
    BackupRepository Repository,
    SetVerification Verification,
    IReadOnlyList<SetSummary> Sets,
    bool AreAll
) : IAsyncDisposable
{
    private readonly HashSet<RunId> _checked = [];

    /// <summary>Of the log, when it was opened.</summary>
    public required LogState State { get; init; }

    /// <summary>
    /// Whether sets were forgotten or packs given up since it was opened: what is not found then was needed no more.
    /// </summary>
    public async Task<bool> HasMovedAsync(CancellationToken cancellationToken)
    {
        LogState now = (await Repository.Log.ReadAsync(cancellationToken)).State;
        HashSet<RunId> sets = [.. now.Sets.Select(set => set.Id)];
        return !State.Tombstones.SequenceEqual(now.Tombstones, StringComparer.Ordinal)
            || State.Sets.Any(set => !sets.Contains(set.Id));
    }

    public ValueTask DisposeAsync()
    {
        Verification.Dispose();
        return Repository.DisposeAsync();
    }

    /// <summary>Counts live what it has seen of the set.</summary>
    public async Task<VerifyReport> CheckAsync(
        SetSummary set,
        IProgressSink? progress,
        CancellationToken cancellationToken,
        Task<SetManifest>? manifest = null
    )
    {
        var told = new Told(progress);
        VerifyReport report = await Verification.CheckSetAsync(set, told, cancellationToken, manifest);
        _checked.Add(set.Id);
        return report;
    }

    /// <summary>
    /// Looks at the sets up to a place in the log that an earlier process reported on, to know which packs they need.
    /// What it reported may have changed since.
    /// </summary>
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
