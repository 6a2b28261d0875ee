using System.Text.Json;
using AlfrescoBackupFlows.Flows.Drill.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.SetChecks;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Flows.Drill;

/// <summary>
/// When <c>drill.every</c> asks for a drill: where the last one that was recorded, of whichever set and by whichever host,
/// is so long ago. One that could not be made is tried again after a day.
/// </summary>
public sealed class DrillSchedule(FlowEnvironment environment)
{
    private const string LastBlob = "drills/last";
    private const int MaxBytes = 4096;

    private static readonly TimeSpan AgainAfter = TimeSpan.FromDays(1);

    private DateTimeOffset? _lastStart;

    /// <summary>The drill whose time has come; null where there is none, or no set to be rehearsed.</summary>
    public async Task<DrillInput?> FindDueAsync(CancellationToken cancellationToken)
    {
        if (environment.Options.Drill.Every is not { } every)
        {
            return null;
        }

        var sets = new InstallationSets(environment);
        DateTimeOffset now = environment.Time.GetUtcNow();
        IReadOnlyList<SetSummary> own = await sets.ListAsync(cancellationToken);
        SetCheckTable checks = await sets.ReadChecksAsync(cancellationToken);
        DateTimeOffset? last = InstallationSets.FindLastCheck(checks, own, SetCheckKinds.Drill)?.Ended;
        TimeSpan again = every < AgainAfter ? every : AgainAfter;
        bool isDue =
            (last is null || RecordedTime.IsDue(last.Value, every, now))
            && (await ReadStartAsync(cancellationToken) is not { } began || RecordedTime.IsDue(began, again, now));
        if (!isDue || (await sets.FindConsistentAsync(cancellationToken)).Set is not { } set)
        {
            return null;
        }

        return new DrillChoice().Complete(set.Id, environment.Options);
    }

    /// <summary>A drill begins: whether it comes to its end or not, no other one is tried at once.</summary>
    public async Task NoteStartAsync(CancellationToken cancellationToken)
    {
        _lastStart = environment.Time.GetUtcNow();
        if (await OpenControlAsync(cancellationToken) is { } control)
        {
            await control.PutAsync(
                LastBlob,
                JsonSerializer.SerializeToUtf8Bytes(new LastDrill(_lastStart.Value), DrillJson.Default.LastDrill),
                cancellationToken
            );
        }
    }

    private async Task<DateTimeOffset?> ReadStartAsync(CancellationToken cancellationToken)
    {
        if (await OpenControlAsync(cancellationToken) is not { } control)
        {
            return _lastStart;
        }

        byte[] bytes = new byte[MaxBytes];
        int? length = await control.ReadAsync(LastBlob, 0, bytes, cancellationToken);
        try
        {
            return length is null
                ? _lastStart
                : JsonSerializer.Deserialize(bytes.AsSpan(0, length.Value), DrillJson.Default.LastDrill)?.Started;
        }
        catch (JsonException)
        {
            // One drill too many does no harm.
            return _lastStart;
        }
    }

    /// <summary>Null where it cannot be written: then this process alone remembers.</summary>
    private Task<IBlobStore?> OpenControlAsync(CancellationToken cancellationToken) =>
        environment.Stores.OpenControlAsync(cancellationToken);
}
