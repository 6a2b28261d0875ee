using AlfrescoBackupFlows.Flows;
using AlfrescoBackupFlows.Flows.Verify;
using AlfrescoBackupFlows.Flows.Verify.Records;
using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Cli.Hosting;

/// <summary>Runs one kind of verification in this process. The journal belongs to what is asked for.</summary>
internal sealed class VerifyHost : IAsyncDisposable
{
    private readonly CommandContext _context;
    private readonly FlowHost _host;

    private VerifyHost(CommandContext context, FlowHost host) => (_context, _host) = (context, host);

    /// <exception cref="PermanentException">Busy: another process verifies the same.</exception>
    public static async Task<VerifyHost> OpenAsync(CommandContext context, VerifyInput input)
    {
        var journals = new Journals(context.Options);
        journals.RemoveOld(context.Time, context.Loggers.CreateLogger<Journals>());
        string journal = journals.Verification(InstanceIds.StampOf(input));
        return new VerifyHost(context, await FlowHost.OpenAsync(context, journal, takesLeases: false));
    }

    /// <summary>Verifies, going on with an unfinished verification; after one that has ended, anew.</summary>
    /// <exception cref="FlowException">The storage failed; what is wrong with the repository is a finding.</exception>
    public Task<VerifyResult> RunAsync(VerifyInput input)
    {
        _context.HowToGoOn = "the same command goes on where it stopped";
        return _host.FinishAsync<VerifyInput, VerifyResult>(
            nameof(VerifyFlow),
            input,
            input.Equals,
            () => InstanceIds.ForVerify(input, Guid.NewGuid())
        );
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();
}
