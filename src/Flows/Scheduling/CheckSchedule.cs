using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.SetChecks;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Flows.Scheduling;

/// <summary>
/// When a check of the sets is due by itself: where the last one that was recorded, by whichever host, is so long ago. One
/// that could not be made is tried again after a day.
/// </summary>
/// <param name="kind">One of <see cref="SetCheckKinds"/>.</param>
/// <param name="when">How often, null for never; and in which depth, null where there is one alone.</param>
/// <param name="choose">What is checked; null: there is nothing to check.</param>
public sealed class CheckSchedule<TInput>(
    FlowEnvironment environment,
    string kind,
    Func<BackupOptions, (TimeSpan? Every, string? Depth)> when,
    Func<CancellationToken, Task<TInput?>> choose
)
    where TInput : class
{
    private static readonly TimeSpan AgainAfter = TimeSpan.FromDays(1);

    private DateTimeOffset? _lastStart;

    private string Place => $"starts/{environment.Options.Installation.Name ?? "default"}/{kind}";

    private string LeaseName => $"{Place}.lease";

    /// <summary>The check whose time has come; null where there is none.</summary>
    public async Task<TInput?> FindDueAsync(CancellationToken cancellationToken)
    {
        (TimeSpan? interval, string? depth) = when(environment.Options);
        if (interval is not { } every)
        {
            return null;
        }

        var sets = new InstallationSets(environment);
        DateTimeOffset now = environment.Time.GetUtcNow();
        IReadOnlyList<SetSummary> own = await sets.ListAsync(cancellationToken);
        SetCheckTable checks = await sets.ReadChecksAsync(cancellationToken);
        DateTimeOffset? last = InstallationSets.FindLastCheck(checks, own, kind, depth)?.Ended;
        bool isDue =
            own.Count > 0
            && (last is null || RecordedTime.IsDue(last.Value, every, now))
            && await MayStartAsync(cancellationToken);
        return isDue ? await choose(cancellationToken) : null;
    }

    /// <summary>Starts the check whose time has come: of several hosts that see it at once, one does. The start is written
    /// down before it, so that whether it comes to its end or not, no other one is tried at once.</summary>
    /// <param name="isInTheWay">Whether one is running.</param>
    /// <returns>What was started; null where nothing was.</returns>
    public async Task<string?> TryStartAsync(
        Func<CancellationToken, Task<bool>> isInTheWay,
        Func<TInput, CancellationToken, Task<string>> start,
        CancellationToken cancellationToken
    )
    {
        IBlobStore? control = await environment.Stores.OpenControlAsync(cancellationToken);
        var lease = Guid.NewGuid();
        if (!await HoldsAsync())
        {
            return null; // Another host is about to start it.
        }

        try
        {
            if (
                await FindDueAsync(cancellationToken) is not { } due
                || await isInTheWay(cancellationToken)
                // The looks may have taken longer than a lease lasts, and another host had its turn.
                || !await HoldsAsync()
                || !await MayStartAsync(cancellationToken)
            )
            {
                return null;
            }

            return await StartAsync(control, due, start, cancellationToken);
        }
        finally
        {
            await (control is null ? Task.CompletedTask : control.TryReleaseLeaseAsync(LeaseName, lease));
        }

        async Task<bool> HoldsAsync() =>
            control is null
            || await control.AcquireLeaseAsync(LeaseName, lease, BlobLease.MaxDuration, cancellationToken);
    }

    /// <summary>One that turns out to be busy was not begun, and the one in the way tells nothing of it: the next look
    /// tries again. So it is where the host ends meanwhile.</summary>
    private async Task<string> StartAsync(
        IBlobStore? control,
        TInput due,
        Func<TInput, CancellationToken, Task<string>> start,
        CancellationToken cancellationToken
    )
    {
        EndMark? mark = control is null ? null : MarkIn(control);
        DateTimeOffset? before = _lastStart;
        DateTimeOffset? marked = mark is null ? null : await mark.ReadAsync(cancellationToken);
        _lastStart = environment.Time.GetUtcNow();
        await (mark?.WriteAsync(cancellationToken) ?? Task.CompletedTask);
        try
        {
            return await start(due, cancellationToken);
        }
        catch (Exception e) when (e is AbfException { Kind: ErrorKind.Busy } or OperationCanceledException)
        {
            _lastStart = before;
            await TakeBackAsync(mark, marked);
            throw;
        }
    }

    private static async Task TakeBackAsync(EndMark? mark, DateTimeOffset? marked)
    {
        try
        {
            await (mark?.TakeBackAsync(marked, CancellationToken.None) ?? Task.CompletedTask);
        }
        catch (AbfException)
        {
            // What was in the way is told; with its mark left, the next try comes later.
        }
    }

    /// <summary>Whether nobody has started one lately. Where the control store cannot be written, this process alone
    /// remembers.</summary>
    private async Task<bool> MayStartAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset? began = await environment.Stores.OpenControlAsync(cancellationToken) is { } control
            ? await MarkIn(control).ReadAsync(cancellationToken) ?? _lastStart
            : _lastStart;
        TimeSpan again = when(environment.Options).Every is { } every && every < AgainAfter ? every : AgainAfter;
        return began is null || RecordedTime.IsDue(began.Value, again, environment.Time.GetUtcNow());
    }

    private EndMark MarkIn(IBlobStore control) => new(control, $"{Place}.json", environment.Time);
}
