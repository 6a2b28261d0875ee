using AlfrescoBackupFlows.Api;
using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Backup;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Cli.Serve;

/// <summary>
/// The flows of this process for the API: whatever is started is driven in the background. Other commands can be used
/// beside the server.
/// </summary>
internal sealed class ServedFlows : IFlowInstances, IAsyncDisposable
{
    private readonly CommandContext _context;
    private readonly Journals _journals;
    private readonly FlowDriver _driver;

    public ServedFlows(CommandContext context)
    {
        _context = context;
        _journals = new Journals(context.Options);
        _driver = new FlowDriver(context, _journals);
        Interrupted = new InterruptedFlows(context, _journals, _driver);
    }

    public InterruptedFlows Interrupted { get; }

    /// <inheritdoc cref="FlowDriver.IsTurning"/>
    public bool IsTurning(TimeSpan within) => _driver.IsTurning(within);

    public Task<bool> TryStartAsync(
        string flowName,
        string input,
        string instanceId,
        CancellationToken cancellationToken
    )
    {
        string journal =
            _journals.TryFind(instanceId)
            ?? throw new ArgumentException($"{instanceId} is no id of a flow that is served.", nameof(instanceId));
        return _driver.RunAloneAsync(
            async () =>
            {
                Task driving = _driver.DrivingOf(journal);
                if (!driving.IsCompleted && IsKnown(journal, instanceId))
                {
                    return false;
                }

                // One that has ended a moment ago may still be closing.
                await driving.WaitAsync(cancellationToken);
                return await _driver.TryDriveAsync(
                    journal,
                    host =>
                    {
                        if (host.Client.TryGet(instanceId) is not null)
                        {
                            return null;
                        }

                        host.Client.Start(flowName, input, instanceId);
                        return instanceId;
                    },
                    "began"
                );
            },
            cancellationToken
        );
    }

    public Task<InstanceState?> FindAsync(string instanceId, CancellationToken cancellationToken)
    {
        using FlowClient? client = TryOpen(instanceId);
        return Task.FromResult(client?.TryGet(instanceId) is { } instance ? Describe(instance) : null);
    }

    /// <summary>
    /// Before it lists, it resumes what a dead process left: a client must not wait for an instance that no process
    /// runs.
    /// </summary>
    public async Task<IReadOnlyList<InstanceState>> ListAsync(string flowName, CancellationToken cancellationToken)
    {
        var found = new List<InstanceState>();
        foreach (string journal in _journals.Of(flowName))
        {
            if (await Interrupted.TryResumeAsync(journal, cancellationToken))
            {
                using FlowClient? client = FlowClient.TryOpen(journal, _context.Time);
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
        using FlowClient? client = TryOpen(instanceId);
        return Task.FromResult(client?.TryRaiseEvent(instanceId, eventName, payload) ?? false);
    }

    /// <summary>Returns when everything has stopped, which the command's token asks for.</summary>
    public ValueTask DisposeAsync() => _driver.DisposeAsync();

    private FlowClient? TryOpen(string instanceId) =>
        _journals.TryFind(instanceId) is { } journal ? FlowClient.TryOpen(journal, _context.Time) : null;

    /// <exception cref="PermanentException">Busy: another instance runs.</exception>
    private bool IsKnown(string journal, string instanceId)
    {
        using FlowClient? client = FlowClient.TryOpen(journal, _context.Time);
        if (client?.TryGet(instanceId) is not null)
        {
            return true;
        }

        // Who asks looked before; two who go by different configurations may have looked at once.
        if (client?.List().FirstOrDefault(i => i.Status is RuntimeStatus.Running) is { } running)
        {
            throw new PermanentException(
                ErrorKind.Busy,
                $"{FlowHost.NameOf(running.Id)} is running: wait for it, or cancel it"
            );
        }

        return false;
    }

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
