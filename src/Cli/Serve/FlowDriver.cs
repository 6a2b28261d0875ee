using System.Collections.Concurrent;
using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Embedded;

namespace AlfrescoBackupFlows.Cli.Serve;

/// <summary>
/// Drives flows in the background, one instance of a journal at a time. A journal is locked only while something in it
/// runs.
/// </summary>
internal sealed class FlowDriver(CommandContext context, Journals journals) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Task> _driving = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, FlowHost> _hosts = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _gate = new(1);

    /// <summary>Ends when nothing of the journal is driven any more.</summary>
    public Task DrivingOf(string journal) => _driving.GetValueOrDefault(journal, Task.CompletedTask);

    /// <summary>Whether every engine that drives something has looked at it within this time.</summary>
    public bool IsTurning(TimeSpan within) =>
        _hosts.Values.All(host => host.SinceTurn is not { } since || since < within);

    /// <summary>What opens journals runs here, one after the other.</summary>
    public async Task<bool> RunAloneAsync(Func<Task<bool>> work, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            return await work();
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Opens a journal and drives an instance of it.</summary>
    /// <param name="choose">The id of the instance; null: none, and the journal is closed again.</param>
    /// <param name="verb">For the message, such as <c>began</c>.</param>
    /// <returns>Whether there is one.</returns>
    public async Task<bool> TryDriveAsync(string journal, Func<FlowHost, string?> choose, string verb)
    {
        FlowHost? host = await FlowHost.OpenAsync(context, journal, journals.TakesLeases(journal));
        try
        {
            if (choose(host) is not { } id)
            {
                return false;
            }

            Drive(journal, host, id, verb);
            host = null;
            return true;
        }
        finally
        {
            await (host?.DisposeAsync() ?? default);
        }
    }

    /// <summary>Returns when everything has stopped, which the command's token asks for.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_driving.Values);
        _gate.Dispose();
    }

    private void Drive(string journal, FlowHost host, string id, string verb)
    {
        FlowInstance begun = host.Client.TryGet(id)!;
        context.Messages.Note($"{FlowHost.NameOf(id)} {verb}");
        _hosts[id] = host;
        var flow = new DrivenFlow(context, host, begun, () => _hosts.TryRemove(id, out _));
        _driving[journal] = Task.Run(flow.RunAsync, CancellationToken.None);
    }
}
