using System.Collections.Immutable;
using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Flows.Retention.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;

namespace AlfrescoBackupFlows.Flows.Retention.Activities;

/// <summary>
/// Ends sets by rules or by name. Never forgotten: a pinned set, the newest consistent one of an installation, one that
/// somebody reads just now, and the one from which an open run inherits. Judged anew on the log as it is when the entry
/// is written. May be called again.
/// </summary>
public sealed class Forgetting(FlowEnvironment environment)
{
    private SetMarks? _marks;
    private bool _allRead;
    private IReadOnlySet<RunId> _read = ImmutableHashSet<RunId>.Empty;
    private IReadOnlySet<RunId> _pinned = ImmutableHashSet<RunId>.Empty;

    /// <exception cref="PermanentException">
    /// Configuration: a set that was named is not there, is pinned, or is the newest consistent one. Busy: it is read
    /// just now.
    /// </exception>
    public async Task<ForgetResult> RunAsync(ForgetRequest request, CancellationToken cancellationToken)
    {
        await environment.Repository.RereadLogAsync(cancellationToken);
        BackupRepository repository = await environment.Repository.OpenAsync(cancellationToken);
        ImmutableArray<SetVerdict> verdicts = [];
        await repository.Log.ExpireAsync(
            async state =>
            {
                verdicts = await JudgeAsync(request, state, cancellationToken);
                return [.. verdicts.Where(verdict => !verdict.IsKept).Select(verdict => verdict.Set.Id)];
            },
            cancellationToken
        );
        await environment.Repository.RememberHeadAsync(cancellationToken);
        return new ForgetResult(verdicts);
    }

    /// <summary>What it would do now.</summary>
    /// <inheritdoc cref="RunAsync"/>
    public async Task<ForgetResult> PreviewAsync(ForgetRequest request, CancellationToken cancellationToken)
    {
        LogHead head = await environment.Repository.RereadLogAsync(cancellationToken);
        return new ForgetResult(await JudgeAsync(request, head.State, cancellationToken));
    }

    private async Task<ImmutableArray<SetVerdict>> JudgeAsync(
        ForgetRequest request,
        LogState state,
        CancellationToken cancellationToken
    )
    {
        _marks ??= await environment.OpenMarksAsync(cancellationToken);
        _pinned = await _marks.ListPinnedAsync(cancellationToken);
        (_allRead, _read) = await _marks.ListReadAsync(cancellationToken);
        string? own = environment.Options.Installation.Name;
        IEnumerable<IGrouping<string, SetSummary>> installations = state
            .Sets.Where(set => own is null || set.Installation == own)
            .GroupBy(set => set.Installation, StringComparer.Ordinal);
        List<SetVerdict> verdicts = [];
        foreach (SetSummary[] sets in installations.Select(installation => installation.ToArray()))
        {
            verdicts.AddRange(
                request.Rules is { } rules
                    ? new RetentionPolicy(rules, ZoneOf()).Judge(sets).Select(verdict => Protect(verdict, state))
                    : JudgeNamed(request.Sets, sets, state)
            );
        }

        RunId[] unknown = [.. request.Sets.Except(verdicts.Select(verdict => verdict.Set.Id))];
        return unknown.Length == 0
            ? [.. verdicts.OrderBy(verdict => verdict.Set.Sequence)]
            : throw new PermanentException(
                ErrorKind.Configuration,
                $"there is no set '{unknown[0]}': 'abf sets' lists what there is"
            );
    }

    private SetVerdict Protect(SetVerdict verdict, LogState state)
    {
        ImmutableArray<string> reasons = verdict.Reasons;
        reasons = _pinned.Contains(verdict.Set.Id) ? reasons.Add(KeepReasons.Pinned) : reasons;
        return verdict with { Reasons = IsInUse(verdict.Set, state) ? reasons.Add(KeepReasons.InUse) : reasons };
    }

    private IEnumerable<SetVerdict> JudgeNamed(ImmutableArray<RunId> named, SetSummary[] sets, LogState state)
    {
        SetSummary? newest = sets.LastOrDefault(set => set is { Consistent: true, Imported: false });
        foreach (SetSummary set in sets)
        {
            bool isNamed = named.Contains(set.Id);
            if (isNamed && WhyNot(set, newest, state) is { } fault)
            {
                throw fault;
            }

            yield return new SetVerdict(set, isNamed ? [] : [KeepReasons.NotNamed]);
        }
    }

    private PermanentException? WhyNot(SetSummary set, SetSummary? newest, LogState state) =>
        _pinned.Contains(set.Id)
            ? new(ErrorKind.Configuration, $"set {set.Id} is pinned: 'abf unpin {set.Id}' lets go of it")
        : set.Id == newest?.Id
            ? new(
                ErrorKind.Configuration,
                $"set {set.Id} is the newest consistent one of '{set.Installation}', which is never forgotten"
            )
        : IsInUse(set, state)
            ? new(
                ErrorKind.Busy,
                $"set {set.Id} is in use: a restore, a verification or a backup reads it. Wait for its end; one that "
                    + "was killed lets go of it after a minute"
            )
        : null;

    private bool IsInUse(SetSummary set, LogState state) =>
        _allRead || _read.Contains(set.Id) || state.OpenRuns.Any(run => state.ParentOf(run)?.Id == set.Id);

    private TimeZoneInfo ZoneOf() => InstallationZone.Of(environment.Options.Installation);
}
