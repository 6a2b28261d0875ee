using AlfrescoBackupFlows.Flows;
using AlfrescoBackupFlows.Flows.Backup;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Drill;
using AlfrescoBackupFlows.Flows.Drill.Records;
using AlfrescoBackupFlows.Flows.Mirroring;
using AlfrescoBackupFlows.Flows.Mirroring.Records;
using AlfrescoBackupFlows.Flows.Restore;
using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Flows.Retention;
using AlfrescoBackupFlows.Flows.Retention.Records;
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
    /// <summary>A flow begins, or goes on.</summary>
    public Task StartedAsync(string flow, string id) =>
        flow == nameof(HotBackupFlow)
            ? notifier.TellAsync(new Occasion(new Ping(PingChannel.Start, $"run {id} began"), []))
            : Task.CompletedTask;

    /// <summary>A flow was due and could not begin.</summary>
    /// <param name="flow">A backup, a verification or a drill.</param>
    /// <param name="depth">Of a verification.</param>
    public Task NotStartedAsync(string flow, FlowFailure failure, string depth = VerifyDepths.Structure) =>
        // Busy: another one runs, and tells how it ends itself.
        failure.Kind
            is ErrorKind.Cancelled
                or ErrorKind.Busy
            ? Task.CompletedTask
            : notifier.TellAsync(
                flow switch
                {
                    nameof(VerifyFlow) => new Occasion(VerificationNotMade(failure, depth)),
                    nameof(DrillFlow) => new Occasion(Drill(Line(failure), run: null)),
                    _ => new Occasion(
                        new Ping(PingChannel.Fail, Line(failure)),
                        [Backup(Line(failure), run: null), .. RepositoryOf(failure, alarms: null, run: null)]
                    ),
                }
            );

    /// <summary>A command that changes the repository or a copy of it ended.</summary>
    /// <param name="problem">Null: it went well.</param>
    public Task CommandEndedAsync(CommandKind command, FlowFailure? problem) =>
        problem is { Kind: ErrorKind.Cancelled or ErrorKind.Busy }
            ? Task.CompletedTask
            : notifier.TellAsync(
                new Occasion([
                    command.Observe(problem is null ? null : Line(problem), run: null),
                    .. problem is null ? [] : RepositoryOf(problem, alarms: null, run: null),
                ])
            );

    /// <summary>A flow ended by itself.</summary>
    /// <param name="input">JSON, as <paramref name="result"/>.</param>
    /// <param name="result">Null where it failed.</param>
    /// <param name="failure">Null where it did not, or was given up without a word.</param>
    /// <param name="alarms">Those that stand in the repository; null: nobody looked.</param>
    /// <param name="also">What was seen besides, and is told with it.</param>
    public Task EndedAsync(
        string flow,
        string id,
        string input,
        string? result,
        FlowFailure? failure,
        IReadOnlyList<string>? alarms,
        IReadOnlyList<Observation>? also = null
    ) =>
        notifier.IsSet
            ? notifier.GuardAsync(async () =>
            {
                Occasion occasion = OccasionOf(flow, id, input, result, failure);
                occasion = notifier.Options.OnSuccess ? occasion : occasion with { News = null };
                await notifier.TellAsync(
                    occasion with
                    {
                        Seen = [.. occasion.Seen, .. RepositoryOf(failure, alarms, id), .. also ?? []],
                    }
                );
            })
            : Task.CompletedTask;

    /// <summary>Whether the newest consistent set is older than it may be.</summary>
    /// <param name="sets">Newest first. One that was imported says nothing of the backups.</param>
    public static Observation AgeOf(IReadOnlyList<SetSummary> sets, TimeSpan maxAge, DateTimeOffset now)
    {
        SetSummary? newest = SetFacts.FindNewest(sets);
        return new Observation(
            NotificationEvents.Age,
            "there is no new set",
            newest is null ? "there is no consistent set"
                : RecordedTime.IsDue(newest.Sealed, maxAge, now)
                    ? $"the newest consistent set is {newest.Id}, and notify.maxAge is {Duration.Format(maxAge)}"
                : null,
            run: null
        );
    }

    /// <summary>What stands in the repository's log.</summary>
    /// <param name="failure">What ended the look; one of the repository itself is an alarm.</param>
    /// <param name="alarms">Null: nobody looked.</param>
    internal static IEnumerable<Observation> RepositoryOf(
        FlowFailure? failure,
        IReadOnlyList<string>? alarms,
        string? run
    )
    {
        const string Title = "the repository has an alarm";
        if (failure is { Kind: ErrorKind.Repository })
        {
            yield return new Observation(NotificationEvents.Repository, Title, Line(failure), run);
        }
        else if (alarms is not null)
        {
            string? seen = alarms.Count == 0 ? null : string.Join(' ', alarms);
            yield return new Observation(NotificationEvents.Repository, Title, seen, run);
        }
    }

    /// <summary>An unexpected one was not written for others to read.</summary>
    internal static string Line(FlowFailure failure) =>
        failure.Kind is ErrorKind.Unexpected
            ? "an unexpected failure; the host's log has the details"
            : failure.Message;

    private static Occasion OccasionOf(string flow, string id, string input, string? result, FlowFailure? failure) =>
        flow switch
        {
            nameof(HotBackupFlow) when result is not null => Sealed(
                BackupTasks.Converter.Read<HotBackupResult>(result)
            ),
            nameof(HotBackupFlow) => NotSealed(id, failure),
            _ when result is null && failure is null or { Kind: ErrorKind.Cancelled } => new Occasion(),
            nameof(VerifyFlow) => new Occasion(
                Verified(id, BackupTasks.Converter.Read<VerifyInput>(input), result, failure)
            ),
            nameof(DrillFlow) when Drilled(id, result, failure) is { } drilled => new Occasion(drilled),
            nameof(PruneFlow) when !BackupTasks.Converter.Read<PruneInput>(input).IsDryRun => new Occasion(
                CommandKind.Prune.Observe(failure is null ? null : Line(failure), id)
            ),
            nameof(MirrorTargetFlow) => new Occasion(
                Mirrored(id, BackupTasks.Converter.Read<MirrorTargetInput>(input), result, failure)
            ),
            nameof(RestoreFlow) => new Occasion(
                Restored(id, BackupTasks.Converter.Read<RestoreInput>(input), result, failure)
            ),
            _ => new Occasion(),
        };

    private static Observation Backup(string? problem, string? run) =>
        new(NotificationEvents.Backup, "the backup failed", problem, run);

    private static Observation Drill(string? problem, string? run) =>
        new(NotificationEvents.Drill, "the drill failed", problem, run);

    private static Occasion Sealed(HotBackupResult set)
    {
        string id = set.Set.ToString();
        string? findings = set.HasFindings ? FindingsOf(set) : null;
        string?[] troubles = [findings, set.RetentionFault, set.MirrorFault];
        bool isGood = troubles.All(static trouble => trouble is null);
        return new Occasion(
            new Ping(
                isGood ? PingChannel.Success : PingChannel.Fail,
                $"set {id} is sealed{(isGood ? string.Empty : $": {string.Join("; ", troubles.OfType<string>())}")}"
            ),
            [
                Backup(problem: null, id),
                new Observation(
                    NotificationEvents.Findings,
                    "a set was sealed with findings",
                    findings is null ? null : $"set {id}: {findings}; 'abf show {id}' names them",
                    id
                ),
                new Observation(NotificationEvents.Retention, "retention failed", set.RetentionFault, id),
                new Observation(NotificationEvents.Mirror, "mirrors lack the newest set", set.MirrorFault, id),
            ],
            !isGood
                ? null
                : new News(
                    NotificationEvents.Backup,
                    Notification.Ok,
                    "a set was sealed",
                    $"set {id}: {set.Files} files, {set.Bytes} bytes, {set.AddedBytes} of them stored",
                    id
                )
        );
    }

    /// <summary>Who gave it up knows, but the monitor has no set.</summary>
    private static Occasion NotSealed(string id, FlowFailure? failure) =>
        new(
            new Ping(PingChannel.Fail, failure is null ? $"run {id} was given up" : $"run {id}: {Line(failure)}"),
            failure is { Kind: not ErrorKind.Cancelled } ? [Backup(Line(failure), id)] : []
        );

    /// <summary>Each depth is a problem of its own, and each set that was asked for alone: what looked elsewhere says
    /// nothing of it.</summary>
    private static Observation Verified(string id, VerifyInput input, string? result, FlowFailure? failure)
    {
        VerifyResult? verified = result is null ? null : BackupTasks.Converter.Read<VerifyResult>(result);
        string? problem =
            verified is null ? Line(failure!)
            : !verified.Report.IsSound
                ? $"{verified.Report.Errors} findings; {verified.Report.Findings.FirstOrDefault(f => f.Severity is FindingSeverity.Error)?.Line}"
            : verified.Report.Alarms > 0 ? $"the live installation lost or changed {verified.Report.Alarms} files"
            : null;
        return new Observation(
            $"{NotificationEvents.Verification} {input.Depth} {input.Set?.ToString() ?? "all"}",
            NotificationEvents.Verification,
            $"the verification ({input.Depth}) of {(input.Set is null ? "the sets" : $"set {input.Set}")} failed",
            problem,
            id
        );
    }

    private static Observation VerificationNotMade(FlowFailure failure, string depth) =>
        new(
            $"{NotificationEvents.Verification} {depth} all",
            NotificationEvents.Verification,
            $"the verification ({depth}) of the sets failed",
            Line(failure),
            Run: null
        );

    private static Observation? Drilled(string id, string? result, FlowFailure? failure)
    {
        DrillResult? drill = result is null ? null : BackupTasks.Converter.Read<DrillResult>(result);
        if (drill is { Passed: true, Selection: not null })
        {
            // That a part restores does not end what was told of the whole.
            return null;
        }

        string? problem =
            drill is null ? Line(failure!)
            : drill.Passed ? null
            : $"set {drill.Set}: {drill.Check.Errors} findings; {drill.Check.Findings.FirstOrDefault()?.Line}";
        return Drill(problem, id);
    }

    /// <summary>Each target is a problem of its own, whoever copies to it.</summary>
    private static Observation Mirrored(string id, MirrorTargetInput input, string? result, FlowFailure? failure)
    {
        MirrorTargetResult? mirror = result is null ? null : BackupTasks.Converter.Read<MirrorTargetResult>(result);
        return CommandKind
            .MirrorOf(input.Url)
            .Observe(
                mirror is null ? Line(failure!)
                    : mirror.UnfitBlobs > 0
                        ? $"{mirror.UnfitBlobs} blobs of the repository are longer than any may be, or lie in its log behind a "
                            + "gap, and were not copied"
                    : null,
                id,
                $"the mirror to mirror.{input.Target} failed"
            );
    }

    /// <summary>Each target is a problem of its own. What the set itself lacks was told when it was sealed.</summary>
    private static Observation Restored(string id, RestoreInput input, string? result, FlowFailure? failure)
    {
        RestoreResult? restore = result is null ? null : BackupTasks.Converter.Read<RestoreResult>(result);
        return new Observation(
            $"{NotificationEvents.Restore} {InstanceIds.StampOf(input.Target)}",
            NotificationEvents.Restore,
            $"the restore of set {input.Set} failed",
            restore is null ? Line(failure!)
                : restore.Lost > 0 ? $"{restore.Lost} files that the repository lost are not in the target"
                : null,
            id
        );
    }

    private static string FindingsOf(HotBackupResult set)
    {
        string counts =
            $"{set.Missing} required files missing, {set.SourceMissing} gone at the source, {set.SourceChanged} changed "
            + "at the source";
        return set.FurtherFindings() is { } further ? $"{further}; {counts}" : counts;
    }
}
