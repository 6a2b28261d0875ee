using System.Collections.Concurrent;
using AlfrescoBackupFlows.Api;
using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Progress;
using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows;
using AlfrescoBackupFlows.Flows.Backup;
using AlfrescoBackupFlows.Flows.Drill;
using AlfrescoBackupFlows.Flows.Drill.Records;
using AlfrescoBackupFlows.Flows.Mirroring;
using AlfrescoBackupFlows.Flows.Restore;
using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Flows.Retention;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Flows.Verify;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Cli.Serve;

/// <summary>
/// The flows of this process for the API: whatever is started is driven in the background, one instance of a journal at
/// a time. A journal is locked only while something in it runs, so that other commands can be used beside the server.
/// </summary>
internal sealed class ServedFlows(CommandContext context) : IFlowInstances, IAsyncDisposable
{
    private readonly Journals _journals = new(context.Options);
    private readonly ConcurrentDictionary<string, Task> _driving = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, FlowHost> _hosts = new(StringComparer.Ordinal);
    private readonly HashSet<string> _unreadable = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _gate = new(1);

    public async Task<bool> TryStartAsync(
        string flowName,
        string input,
        string instanceId,
        CancellationToken cancellationToken
    )
    {
        string journal =
            JournalOf(instanceId)
            ?? throw new ArgumentException($"{instanceId} is no id of a flow that is served.", nameof(instanceId));
        await _gate.WaitAsync(cancellationToken);
        try
        {
            Task driving = _driving.GetValueOrDefault(journal, Task.CompletedTask);
            if (!driving.IsCompleted)
            {
                using FlowClient? client = FlowClient.TryOpen(journal, context.Time);
                if (client?.TryGet(instanceId) is not null)
                {
                    return false;
                }

                // Who asks looked before; two who go by different configurations may have looked at once.
                if (client?.List().FirstOrDefault(i => i.Status is RuntimeStatus.Running) is { } running)
                {
                    throw new PermanentException(
                        ErrorKind.Busy,
                        $"{FlowHost.NameOf(running.Id)} is running: wait for it, or cancel it"
                    );
                }
            }

            // One that has ended a moment ago may still be closing.
            await driving.WaitAsync(cancellationToken);
            FlowHost? host = await FlowHost.OpenAsync(context, journal, TakesLeases(journal));
            try
            {
                if (host.Client.TryGet(instanceId) is not null)
                {
                    return false;
                }

                host.Client.Start(flowName, input, instanceId);
                Drive(journal, host, instanceId, "began");
                host = null;
                return true;
            }
            finally
            {
                await (host?.DisposeAsync() ?? default);
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    public Task<InstanceState?> FindAsync(string instanceId, CancellationToken cancellationToken)
    {
        using FlowClient? client = JournalOf(instanceId) is { } journal
            ? FlowClient.TryOpen(journal, context.Time)
            : null;
        return Task.FromResult(client?.TryGet(instanceId) is { } instance ? Describe(instance) : null);
    }

    /// <summary>
    /// Before it lists, it resumes what a dead process left: a client must not wait for an instance that no process
    /// runs.
    /// </summary>
    public async Task<IReadOnlyList<InstanceState>> ListAsync(string flowName, CancellationToken cancellationToken)
    {
        IEnumerable<string> journals =
            flowName == nameof(HotBackupFlow) ? [_journals.Backups]
            : flowName == nameof(RestoreFlow) ? _journals.Restores()
            : flowName == nameof(DrillFlow) ? [_journals.Drills]
            : flowName == nameof(PruneFlow) ? [_journals.Prunes]
            : flowName == nameof(MirrorTargetFlow) ? _journals.Mirrors()
            : _journals.Verifications();
        var found = new List<InstanceState>();
        foreach (string journal in journals)
        {
            if (await TryResumeAsync(journal, cancellationToken))
            {
                using FlowClient? client = FlowClient.TryOpen(journal, context.Time);
                found.AddRange((client?.List() ?? []).Where(i => i.FlowName == flowName).Select(Describe));
            }
        }

        // Within a journal the order is that of the starts, whatever the clock said; between journals there is none but
        // the clock's.
        return flowName == nameof(HotBackupFlow) ? found : [.. found.OrderByDescending(i => i.Created)];
    }

    public Task<bool> TryRaiseEventAsync(
        string instanceId,
        string eventName,
        string payload,
        CancellationToken cancellationToken
    )
    {
        using FlowClient? client = JournalOf(instanceId) is { } journal
            ? FlowClient.TryOpen(journal, context.Time)
            : null;
        return Task.FromResult(client?.TryRaiseEvent(instanceId, eventName, payload) ?? false);
    }

    /// <summary>
    /// Goes on with what an earlier process left: the backup, the drill, the prune, verifications, mirrors, and the restores into the directory that
    /// belongs to the server.
    /// </summary>
    public async Task ResumeAllAsync(CancellationToken cancellationToken)
    {
        _journals.RemoveOld(context.Time, context.Loggers.CreateLogger<Journals>());
        await TryResumeAsync(_journals.Backups, cancellationToken);
        await TryResumeAsync(_journals.Drills, cancellationToken);
        await TryResumeAsync(_journals.Prunes, cancellationToken);
        foreach (
            string journal in Left(_journals.Verifications)
                .Concat(Left(_journals.Mirrors))
                .Concat(Left(_journals.Restores))
        )
        {
            await TryResumeAsync(journal, cancellationToken);
        }
    }

    /// <summary>The same, where the repository can be reached; until then <see cref="IsResumed"/> is false.</summary>
    public async Task TryResumeAllAsync(CancellationToken cancellationToken)
    {
        try
        {
            await ResumeAllAsync(cancellationToken);
            IsResumed = true;
        }
        catch (AbfException e) when (e.Kind is ErrorKind.Storage)
        {
            context.Messages.Error($"what was interrupted cannot go on yet: {e.Message}");
        }
    }

    public bool IsResumed { get; private set; }

    /// <summary>None where they cannot be listed, which is said: the server is of use without them.</summary>
    private IEnumerable<string> Left(Func<IEnumerable<string>> list)
    {
        try
        {
            return list();
        }
        catch (PermanentException e)
        {
            context.Messages.Warn($"left alone: {e.Message}");
            return [];
        }
    }

    /// <summary>Whether every engine that drives something has looked at it within this time.</summary>
    public bool IsTurning(TimeSpan within) =>
        _hosts.Values.All(host => host.SinceTurn is not { } since || since < within);

    /// <summary>Returns when everything has stopped, which the command's token asks for.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_driving.Values);
        _gate.Dispose();
    }

    /// <returns>
    /// False: it is the journal of a restore or a verification and cannot be read, because it is damaged or
    /// another user's. The others go on.
    /// </returns>
    private async Task<bool> TryResumeAsync(string journal, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_driving.GetValueOrDefault(journal, Task.CompletedTask).IsCompleted && IsLeft(journal))
            {
                await ResumeAsync(journal);
            }

            return true;
        }
        catch (PermanentException e) when (e.Kind is ErrorKind.Busy)
        {
            context.Messages.Note(e.Message);
            return true;
        }
        catch (PermanentException e) when (e.Kind is ErrorKind.Configuration && journal != _journals.Backups)
        {
            if (_unreadable.Add(journal))
            {
                context.Messages.Warn($"left alone: {e.Message}");
            }

            return false;
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task ResumeAsync(string journal)
    {
        FlowHost? host = await FlowHost.OpenAsync(context, journal, TakesLeases(journal));
        try
        {
            if (host.FindUnfinished() is { } unfinished)
            {
                Drive(journal, host, unfinished.Id, "is resumed");
                host = null;
            }
        }
        finally
        {
            await (host?.DisposeAsync() ?? default);
        }
    }

    /// <summary>
    /// Something in it has not ended, no living process drives it, and it is this server's to continue.
    /// </summary>
    private bool IsLeft(string journal)
    {
        if (EmbeddedEngine.IsRunning(journal))
        {
            return false;
        }

        using FlowClient? client = FlowClient.TryOpen(journal, context.Time);
        return client?.List().FirstOrDefault(i => i.Status is RuntimeStatus.Running) is { } left
            && (left.FlowName != nameof(RestoreFlow) || IsBeneathOwnDirectory(left));
    }

    private bool IsBeneathOwnDirectory(FlowInstance restore)
    {
        RestoreInput input = System.Text.Json.JsonSerializer.Deserialize(
            restore.Input,
            RestoreJson.Default.RestoreInput
        )!;
        return context.Options.Restore.Directory is { } own
            && Path.GetDirectoryName(input.Target) == Path.TrimEndingDirectorySeparator(own);
    }

    private void Drive(string journal, FlowHost host, string id, string verb)
    {
        FlowInstance begun = host.Client.TryGet(id)!;
        context.Messages.Note($"{FlowHost.NameOf(id)} {verb}");
        _hosts[id] = host;
        _driving[journal] = Task.Run(() => DriveAsync(host, begun), CancellationToken.None);
    }

    private async Task DriveAsync(FlowHost host, FlowInstance begun)
    {
        string id = begun.Id;
        new RunScope(id).Enter();
        await using (host)
        {
            try
            {
                FlowInstance? ended = await host.TryDriveAsync(id, new NoProgress());
                Say(id, ended);
                if (ended is null)
                {
                    await TellAsync(
                        begun,
                        new FlowFailure(
                            ErrorKind.Configuration,
                            "abandoned: another version of abf began it and this one cannot go on",
                            IsRetryable: false
                        )
                    );
                }
            }
            catch (OperationCanceledException)
            {
                context.Messages.Note(
                    $"{FlowHost.NameOf(id)} is interrupted; "
                        + $"the next '{context.CommandLine("serve")}' goes on where it stopped"
                );
            }
#pragma warning disable CA1031 // The outermost frame in the background: the server goes on.
            catch (Exception e)
#pragma warning restore CA1031
            {
                context.Messages.Error(
                    $"{FlowHost.NameOf(id)} stopped: {Secret.Redact(e.Message)}; details: {ErrorReport.Write(e, context)}"
                );
                await TellAsync(begun, FlowFailure.From(e));
            }
            finally
            {
                _hosts.TryRemove(id, out _);
            }
        }
    }

    /// <summary>That it stopped without an end of its own.</summary>
    private Task TellAsync(FlowInstance instance, FlowFailure failure) =>
        context.Notifications.EndedAsync(
            instance.FlowName,
            instance.Id,
            instance.Input,
            result: null,
            failure,
            alarms: null
        );

    private void Say(string id, FlowInstance? ended)
    {
        switch (ended)
        {
            case null:
                context.Messages.Warn(
                    $"{FlowHost.NameOf(id)} is abandoned: another version of abf began it and this one cannot go on"
                );
                break;
            case { Status: RuntimeStatus.Completed, FlowName: nameof(DrillFlow) }
                when FlowHost.Read<DrillResult>(ended.Result!) is { Passed: false } failed:
                context.Messages.Error(
                    $"the drill of set {failed.Set} FAILED: {failed.Check.Findings.FirstOrDefault()?.Line}; "
                        + $"'abf show {failed.Set}' has all of it"
                );
                break;
            case { Status: RuntimeStatus.Completed }:
                context.Messages.Note($"{FlowHost.NameOf(id)} is done");
                break;
            default:
                context.Messages.Error($"{FlowHost.NameOf(id)} failed: {ended.Failure?.Message ?? "it was given up"}");
                break;
        }
    }

    /// <summary>Backups and prunes add to the repository; a mirror notes in its control store when it was done.</summary>
    private bool TakesLeases(string journal) =>
        journal == _journals.Backups
        || journal == _journals.Prunes
        || Path.GetDirectoryName(journal) == Path.GetDirectoryName(_journals.Mirror("any"));

    private string? JournalOf(string id) =>
        InstanceIds.IsBackup(id) ? _journals.Backups
        : InstanceIds.IsVerify(id, out string stamp) ? _journals.Verification(stamp)
        : InstanceIds.IsRestore(id, out stamp) ? _journals.Restore(stamp)
        : InstanceIds.IsDrill(id) ? _journals.Drills
        : InstanceIds.IsPrune(id) ? _journals.Prunes
        : InstanceIds.IsMirror(id, out stamp) ? _journals.Mirror(stamp)
        : null;

    private static InstanceState Describe(FlowInstance i) =>
        new(
            i.Id,
            i.FlowName,
            i.Status switch
            {
                RuntimeStatus.Running => InstancePhase.Running,
                RuntimeStatus.Completed => InstancePhase.Completed,
                RuntimeStatus.Failed => InstancePhase.Failed,
                _ => InstancePhase.Terminated,
            },
            i.Input,
            i.CustomStatus,
            i.Result,
            i.Failure,
            i.Created,
            i.Updated
        );
}
