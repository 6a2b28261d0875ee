using AlfrescoBackupFlows.Flows;
using AlfrescoBackupFlows.Flows.Restore;
using AlfrescoBackupFlows.Flows.Restore.Records;
using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Cli.Hosting;

/// <summary>Runs restores into one target directory in this process. The journal belongs to the target.</summary>
internal sealed class RestoreHost : IAsyncDisposable
{
    private readonly CommandContext _context;
    private readonly FlowHost _host;

    private RestoreHost(CommandContext context, FlowHost host) => (_context, _host) = (context, host);

    /// <param name="target">The target directory, absolute.</param>
    /// <exception cref="PermanentException">Busy: another process restores into this directory.</exception>
    public static async Task<RestoreHost> OpenAsync(CommandContext context, string target)
    {
        var journals = new Journals(context.Options);
        journals.RemoveOld(context.Time, context.Loggers.CreateLogger<Journals>());
        string journal = journals.Restore(InstanceIds.StampOf(target));
        return new RestoreHost(context, await FlowHost.OpenAsync(context, journal, takesLeases: false));
    }

    /// <summary>
    /// Restores, going on with an unfinished one that is the same; another one is given up for the new one.
    /// </summary>
    /// <exception cref="FlowException">
    /// It failed; the target keeps its marker, and the same command goes on.
    /// </exception>
    public Task<RestoreResult> RunAsync(RestoreInput input)
    {
        _context.HowToGoOn = "the same command goes on where it stopped";
        return _host.FinishAsync<RestoreInput, RestoreResult>(
            nameof(RestoreFlow),
            input,
            input.IsSameAs,
            () => InstanceIds.ForRestore(input.Target, Guid.NewGuid())
        );
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();
}
