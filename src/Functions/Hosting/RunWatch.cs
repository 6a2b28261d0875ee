using System.Text.Json;
using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Api;
using AlfrescoBackupFlows.Flows.Backup;
using AlfrescoBackupFlows.Flows.Drill;
using AlfrescoBackupFlows.Flows.Mirroring;
using AlfrescoBackupFlows.Flows.Restore;
using AlfrescoBackupFlows.Flows.Retention;
using AlfrescoBackupFlows.Flows.Verify;
using AlfrescoBackupFlows.Hosting.Notifications;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Functions.Hosting;

/// <summary>
/// Tells how runs begin and end, by a look at the task hub every few minutes: nothing of it stands in the histories of
/// flows, and a run is told of that no worker saw ending. What was told is remembered in the control store.
/// </summary>
/// <param name="control">The control store.</param>
internal sealed class RunWatch(
    FlowNotifications notifications,
    IBlobStore control,
    string installation,
    TimeProvider time
)
{
    /// <summary>What ended longer ago, before anybody watched, is no news.</summary>
    private static readonly TimeSpan Recent = TimeSpan.FromDays(1);

    private const int MaxBytes = 1 << 20;
    private const string Begun = "begun";
    private const string Ended = "ended";

    /// <summary>Beside the name of a flow, in the place of an instance.</summary>
    private const string Watched = "watched";

    private static readonly string[] Flows =
    [
        nameof(HotBackupFlow),
        nameof(VerifyFlow),
        nameof(DrillFlow),
        nameof(PruneFlow),
        nameof(MirrorTargetFlow),
        nameof(RestoreFlow),
    ];

    private readonly string _name = $"notified/{installation}.runs.json";

    public async Task LookAsync(IFlowInstances instances, CancellationToken cancellationToken)
    {
        Dictionary<string, string>? known = await ReadAsync(cancellationToken);
        var seen = new Dictionary<string, string>(StringComparer.Ordinal);
        bool isChanged = known is null;
        foreach (string flow in Flows)
        {
            seen[flow] = Watched;
            IReadOnlyList<InstanceState> all = await instances.ListAsync(flow, cancellationToken);
            isChanged |= known?.ContainsKey(flow) is not true;
            // Earlier versions wrote down the runs alone.
            bool isWatched = known is not null && (known.ContainsKey(flow) || all.Any(i => known.ContainsKey(i.Id)));
            foreach (InstanceState instance in all.Reverse())
            {
                bool isOver = instance.Phase is not InstancePhase.Running;
                string? before = known?.GetValueOrDefault(instance.Id);
                // Of what ended before anybody watched, the last one alone counts: it says how things are.
                bool isOld =
                    !isWatched
                    && isOver
                    && (instance != all[0] || RecordedTime.IsDue(instance.Updated, Recent, time.GetUtcNow()));
                seen[instance.Id] = isOver ? Ended : Begun;
                if (before == seen[instance.Id] || isOld)
                {
                    continue;
                }

                isChanged = true;
                await TellAsync(instances, instance, isNew: before is null, isOver, cancellationToken);
            }
        }

        if (isChanged || known!.Count != seen.Count)
        {
            await control.PutAsync(
                _name,
                JsonSerializer.SerializeToUtf8Bytes(seen, RunWatchJson.Default.DictionaryStringString),
                cancellationToken
            );
        }
    }

    private async Task TellAsync(
        IFlowInstances instances,
        InstanceState instance,
        bool isNew,
        bool isOver,
        CancellationToken cancellationToken
    )
    {
        if (isNew)
        {
            await notifications.StartedAsync(instance.FlowName, instance.Id);
        }

        if (isOver)
        {
            // A listing may not tell why.
            InstanceState ended = await instances.FindAsync(instance.Id, cancellationToken) ?? instance;
            await notifications.EndedAsync(
                ended.FlowName,
                ended.Id,
                ended.Input,
                ended.Phase is InstancePhase.Completed ? ended.Result : null,
                ended.Failure,
                alarms: null
            );
        }
    }

    /// <summary>Null where nobody watched before, or nobody can tell: what ended within a day is then told once more.</summary>
    private async Task<Dictionary<string, string>?> ReadAsync(CancellationToken cancellationToken)
    {
        byte[] bytes = new byte[MaxBytes];
        int? length = await control.ReadAsync(_name, 0, bytes, cancellationToken);
        try
        {
            return length is null
                ? null
                : JsonSerializer.Deserialize(
                    bytes.AsSpan(0, length.Value),
                    RunWatchJson.Default.DictionaryStringString
                );
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class RunWatchJson : JsonSerializerContext;
