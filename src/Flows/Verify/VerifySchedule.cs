using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Verify.Records;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.SetChecks;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Flows.Verify;

/// <summary>
/// When <c>verify.every</c> asks for a verification: where the last one of that depth that was recorded, by whichever
/// host, is so long ago. One that could not be made is tried again after a day.
/// </summary>
public sealed class VerifySchedule(FlowEnvironment environment)
{
    private const string LastBlob = "verifications/last";

    private static readonly TimeSpan AgainAfter = TimeSpan.FromDays(1);

    private DateTimeOffset? _lastStart;

    /// <summary>The verification whose time has come; null where there is none, or no set to be verified.</summary>
    public async Task<VerifyInput?> FindDueAsync(CancellationToken cancellationToken)
    {
        if (environment.Options.Verify is not { Every: { } every, Depth: { } depth })
        {
            return null;
        }

        var sets = new InstallationSets(environment);
        DateTimeOffset now = environment.Time.GetUtcNow();
        IReadOnlyList<SetSummary> own = await sets.ListAsync(cancellationToken);
        SetCheckTable checks = await sets.ReadChecksAsync(cancellationToken);
        DateTimeOffset? last = InstallationSets.FindLastCheck(checks, own, SetCheckKinds.Verify, depth)?.Ended;
        TimeSpan again = every < AgainAfter ? every : AgainAfter;
        bool isDue =
            own.Count > 0
            && (last is null || RecordedTime.IsDue(last.Value, every, now))
            && (await ReadStartAsync(cancellationToken) is not { } began || RecordedTime.IsDue(began, again, now));
        return isDue
            ? new VerifyChoice(depth, ReadData: false, Percent: null, Budget: null).ToInput(null, "all")
            : null;
    }

    /// <summary>A verification begins: whether it comes to its end or not, no other one is tried at once.</summary>
    public async Task NoteStartAsync(CancellationToken cancellationToken)
    {
        _lastStart = environment.Time.GetUtcNow();
        if (await environment.Stores.OpenControlAsync(cancellationToken) is { } control)
        {
            await MarkIn(control).WriteAsync(cancellationToken);
        }
    }

    /// <summary>Where the control store cannot be written, this process alone remembers.</summary>
    private async Task<DateTimeOffset?> ReadStartAsync(CancellationToken cancellationToken) =>
        await environment.Stores.OpenControlAsync(cancellationToken) is { } control
            ? await MarkIn(control).ReadAsync(cancellationToken) ?? _lastStart
            : _lastStart;

    private EndMark MarkIn(IBlobStore control) => new(control, LastBlob, environment.Time);
}
