using AlfrescoBackupFlows.Flows;
using AlfrescoBackupFlows.Flows.Backup;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Drill;
using AlfrescoBackupFlows.Flows.Drill.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Flows.Verify;
using AlfrescoBackupFlows.Flows.Verify.Records;
using AlfrescoBackupFlows.Hosting.Options;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Verification;

namespace AlfrescoBackupFlows.Hosting.Notifications;

/// <summary>
/// What the beginning and the end of a flow mean to people, whichever host runs it. Called outside of the flows, so that
/// nothing of it stands in their histories; never throws for what cannot be told.
/// </summary>
public sealed class FlowNotifications(Notifier notifier)
{
    private const string BackupFailed = "the backup failed";

    /// <summary>A flow begins, or goes on.</summary>
    public Task StartedAsync(string flow, string id) =>
        flow == nameof(HotBackupFlow)
            ? notifier.GuardAsync(() => notifier.PingAsync(PingChannel.Start, $"run {id} began"))
            : Task.CompletedTask;

    /// <summary>A backup was due and could not begin.</summary>
    public Task NotStartedAsync(FlowFailure failure) =>
        // Busy: another backup runs, and tells how it ends itself.
        failure.Kind
            is ErrorKind.Cancelled
                or ErrorKind.Busy
            ? Task.CompletedTask
            : notifier.GuardAsync(async () =>
            {
                await notifier.PingAsync(PingChannel.Fail, Line(failure));
                await BackupFailedAsync(failure, run: null);
            });

    /// <summary>A flow ended by itself.</summary>
    /// <param name="input">JSON, as <paramref name="result"/>.</param>
    /// <param name="result">Null where it failed.</param>
    /// <param name="failure">Null where it did not, or was given up without a word.</param>
    /// <param name="alarms">Those that stand in the repository; null: nobody looked.</param>
    public Task EndedAsync(
        string flow,
        string id,
        string input,
        string? result,
        FlowFailure? failure,
        IReadOnlyList<string>? alarms
    ) =>
        notifier.IsSet
            ? notifier.GuardAsync(() => TellEndAsync(flow, id, input, result, failure, alarms))
            : Task.CompletedTask;

    private async Task TellEndAsync(
        string flow,
        string id,
        string input,
        string? result,
        FlowFailure? failure,
        IReadOnlyList<string>? alarms
    )
    {
        switch (flow)
        {
            case nameof(HotBackupFlow) when result is not null:
                await SealedAsync(BackupTasks.Converter.Read<HotBackupResult>(result));
                break;
            case nameof(HotBackupFlow):
                await NotSealedAsync(id, failure);
                break;
            case nameof(VerifyFlow):
                await VerifiedAsync(id, BackupTasks.Converter.Read<VerifyInput>(input), result, failure);
                break;
            case nameof(DrillFlow):
                await DrilledAsync(id, result, failure);
                break;
        }

        if (alarms is not null)
        {
            await notifier.ObserveAsync(
                NotificationEvents.Repository,
                NotificationEvents.Repository,
                "the repository has an alarm",
                alarms.Count == 0 ? null : string.Join(' ', alarms),
                id
            );
        }
    }

    /// <summary>Tells where the newest consistent set is older than it may be.</summary>
    /// <param name="sets">Newest first. One that was imported says nothing of the backups.</param>
    public Task LookedAtSetsAsync(IReadOnlyList<SetSummary> sets, TimeSpan maxAge, DateTimeOffset now)
    {
        SetSummary? newest = SetFacts.FindNewest(sets);
        string? problem =
            newest is null ? "there is no consistent set"
            : RecordedTime.IsDue(newest.Sealed, maxAge, now)
                ? $"the newest consistent set is {newest.Id}, and notify.maxAge is {Duration.Format(maxAge)}"
            : null;
        return notifier.GuardAsync(() =>
            notifier.ObserveAsync(
                NotificationEvents.Age,
                NotificationEvents.Age,
                "there is no new set",
                problem,
                run: null
            )
        );
    }

    private async Task SealedAsync(HotBackupResult set)
    {
        string id = set.Set.ToString();
        string? findings = set.HasFindings ? FindingsOf(set) : null;
        string?[] troubles = [findings, set.RetentionFault, set.MirrorFault];
        bool isGood = troubles.All(static trouble => trouble is null);
        await notifier.PingAsync(
            isGood ? PingChannel.Success : PingChannel.Fail,
            $"set {id} is sealed{(isGood ? string.Empty : $": {string.Join("; ", troubles.OfType<string>())}")}"
        );
        await notifier.ObserveAsync(
            NotificationEvents.Backup,
            NotificationEvents.Backup,
            BackupFailed,
            problem: null,
            id
        );
        await notifier.ObserveAsync(
            NotificationEvents.Findings,
            NotificationEvents.Findings,
            "a set was sealed with findings",
            findings is null ? null : $"set {id}: {findings}; 'abf show {id}' names them",
            id
        );
        await notifier.ObserveAsync(
            NotificationEvents.Retention,
            NotificationEvents.Retention,
            "retention failed",
            set.RetentionFault,
            id
        );
        await notifier.ObserveAsync(
            NotificationEvents.Mirror,
            NotificationEvents.Mirror,
            "mirrors lack the newest set",
            set.MirrorFault,
            id
        );
        if (isGood && notifier.Options.OnSuccess)
        {
            await notifier.TellAsync(
                NotificationEvents.Backup,
                Notification.Ok,
                "a set was sealed",
                $"set {id}: {set.Files} files, {set.Bytes} bytes, {set.AddedBytes} of them stored",
                id
            );
        }
    }

    /// <summary>Who gave it up knows, but the monitor has no set.</summary>
    private async Task NotSealedAsync(string id, FlowFailure? failure)
    {
        await notifier.PingAsync(
            PingChannel.Fail,
            failure is null ? $"run {id} was given up" : $"run {id}: {Line(failure)}"
        );
        if (failure is { Kind: not ErrorKind.Cancelled })
        {
            await BackupFailedAsync(failure, id);
        }
    }

    private Task BackupFailedAsync(FlowFailure failure, string? run) =>
        notifier.ObserveAsync(NotificationEvents.Backup, NotificationEvents.Backup, BackupFailed, Line(failure), run);

    /// <summary>Each depth is a problem of its own, and each set that was asked for alone: what looked elsewhere says
    /// nothing of it.</summary>
    private async Task VerifiedAsync(string id, VerifyInput input, string? result, FlowFailure? failure)
    {
        if (result is null && failure is null or { Kind: ErrorKind.Cancelled })
        {
            return;
        }

        VerifyResult? verified = result is null ? null : BackupTasks.Converter.Read<VerifyResult>(result);
        string? problem =
            verified is null ? Line(failure!)
            : !verified.Report.IsSound
                ? $"{verified.Report.Errors} findings; {verified.Report.Findings.FirstOrDefault(f => f.Severity is FindingSeverity.Error)?.Line}"
            : verified.Report.Alarms > 0 ? $"the live installation lost or changed {verified.Report.Alarms} files"
            : null;
        await notifier.ObserveAsync(
            $"{NotificationEvents.Verification} {input.Depth} {input.Set?.ToString() ?? "all"}",
            NotificationEvents.Verification,
            $"the verification ({input.Depth}) of {(input.Set is null ? "the sets" : $"set {input.Set}")} failed",
            problem,
            id
        );
    }

    private async Task DrilledAsync(string id, string? result, FlowFailure? failure)
    {
        if (result is null && failure is null or { Kind: ErrorKind.Cancelled })
        {
            return;
        }

        DrillResult? drill = result is null ? null : BackupTasks.Converter.Read<DrillResult>(result);
        string? problem =
            drill is null ? Line(failure!)
            : drill.Passed ? null
            : $"set {drill.Set}: {drill.Check.Errors} findings; {drill.Check.Findings.FirstOrDefault()?.Line}";
        await notifier.ObserveAsync(
            NotificationEvents.Drill,
            NotificationEvents.Drill,
            "the drill failed",
            problem,
            id
        );
    }

    /// <summary>An unexpected one was not written for others to read.</summary>
    private static string Line(FlowFailure failure) =>
        failure.Kind is ErrorKind.Unexpected
            ? "an unexpected failure; the host's log has the details"
            : failure.Message;

    private static string FindingsOf(HotBackupResult set)
    {
        string counts =
            $"{set.Missing} required files missing, {set.SourceMissing} gone at the source, {set.SourceChanged} changed "
            + "at the source";
        return set.FurtherFindings() is { } further ? $"{further}; {counts}" : counts;
    }
}
