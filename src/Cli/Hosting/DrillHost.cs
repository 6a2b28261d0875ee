using AlfrescoBackupFlows.Flows;
using AlfrescoBackupFlows.Flows.Drill;
using AlfrescoBackupFlows.Flows.Drill.Records;
using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Cli.Hosting;

/// <summary>Runs drills of the installation in this process, one at a time.</summary>
internal sealed class DrillHost : IAsyncDisposable
{
    private readonly CommandContext _context;
    private readonly FlowHost _host;

    private DrillHost(CommandContext context, FlowHost host) => (_context, _host) = (context, host);

    /// <exception cref="PermanentException">Busy: another process makes a drill of this installation.</exception>
    public static async Task<DrillHost> OpenAsync(CommandContext context)
    {
        var journals = new Journals(context.Options);
        journals.RemoveOld(context.Time, context.Loggers.CreateLogger<Journals>());
        return new DrillHost(context, await FlowHost.OpenAsync(context, journals.Drills, takesLeases: false));
    }

    /// <summary>Makes a drill, going on with an unfinished one that is the same; another one is given up, and what it
    /// made is removed.</summary>
    /// <exception cref="FlowException">It could not be made; what is wrong with the set is a finding.</exception>
    public Task<DrillResult> RunAsync(DrillInput input)
    {
        _context.HowToGoOn =
            "the same command goes on where it stopped, and any other drill removes what this one made";
        return _host.FinishAsync<DrillInput, DrillResult>(
            nameof(DrillFlow),
            input,
            input.IsSameAs,
            () => InstanceIds.ForDrill(input.Set, Guid.NewGuid())
        );
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();
}
