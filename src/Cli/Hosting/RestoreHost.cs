using System.Security.Cryptography;
using System.Text;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Cli.Progress;
using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows;
using AlfrescoBackupFlows.Flows.Engine;
using AlfrescoBackupFlows.Flows.Restore;
using AlfrescoBackupFlows.Platform;

namespace AlfrescoBackupFlows.Cli.Hosting;

/// <summary>
/// Runs restores into one target directory in this process. The journal belongs to the target, so that a backup, or a restore into another
/// directory, is not in the way.
/// </summary>
internal sealed class RestoreHost : IAsyncDisposable
{
    private readonly CommandContext _context;
    private readonly HostEnvironment _host;
    private readonly FlowCatalog _catalog;
    private readonly EmbeddedEngine _engine;
    private readonly RunCounts _counts;

    private RestoreHost(CommandContext context, HostEnvironment host, string target)
    {
        _context = context;
        _host = host;
        _counts = new RunCounts(context.Messages.Warn);
        _catalog = BackupFlows.CreateCatalog(host.Flows);
        _engine = EmbeddedEngine.Open(DirectoryOf(host, target), _catalog, new EngineOptions
        {
            MaxParallelActivities = host.Options.Backup.Parallelism,
            TimeProvider = context.Time,
            LoggerFactory = host.Loggers,
            Progress = _counts,
        });
    }

    /// <param name="target">The target directory, absolute.</param>
    /// <exception cref="PermanentException">Busy: another process restores into this directory.</exception>
    public static async Task<RestoreHost> OpenAsync(CommandContext context, string target)
    {
        HostEnvironment host = await HostEnvironment.OpenAsync(context);
        try
        {
            return new RestoreHost(context, host, target);
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    public Task<RestorePreview> PreviewAsync(RestoreInput input) => RestoreDryRun.PreviewAsync(_host.Flows, input, _context.Stop);

    /// <summary>Restores, going on with an unfinished restore of the same wording; one of another wording is given up for the new one.</summary>
    /// <exception cref="FlowActivityException">It failed; the target keeps its marker, and the same command goes on.</exception>
    public async Task<RestoreResult> RunAsync(RestoreInput input)
    {
        _context.HowToGoOn = "the same command goes on where it stopped";
        string instance = FindOrStart(input);
        try
        {
            return await DriveAsync(instance);
        }
        catch (NonDeterministicFlowException e)
        {
            _engine.Client.TryTerminate(instance, "another version of abf began it");
            _context.Messages.Warn($"the unfinished restore was begun by another version of abf ({e.Message}); what it restored is kept");
            return await DriveAsync(Start(input));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        await _host.DisposeAsync();
    }

    private static string DirectoryOf(HostEnvironment host, string target)
    {
        string stamp = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(target)))[..16];
        return Path.Combine(host.Options.State!, "restores", stamp);
    }

    private string FindOrStart(RestoreInput input)
    {
        if (_engine.Client.List().FirstOrDefault(i => i.Status is RuntimeStatus.Running) is { } unfinished)
        {
            if (unfinished.Input == _catalog.Write(input))
            {
                _context.Messages.Note("an unfinished restore is resumed");
                return unfinished.Id;
            }

            _engine.Client.TryTerminate(unfinished.Id, "another restore into the same directory was asked for");
        }

        return Start(input);
    }

    private string Start(RestoreInput input)
    {
        string instance = $"restore-{Guid.NewGuid():n}";
        _engine.Start(FlowNames.Restore, input, instance);
        return instance;
    }

    private async Task<RestoreResult> DriveAsync(string instance)
    {
        Task<FlowInstance> work = _engine.RunToEndAsync(instance, _context.Stop);
        var meter = new RunMeter(_counts, _context.Time);
        FlowInstance ended = await ProgressDisplays.Choose(_context).ShowAsync(work, () => meter.Read(StatusOf(instance)));
        return ended.Status is RuntimeStatus.Completed
            ? _catalog.Read<RestoreResult>(ended.Result!)
            : throw new FlowActivityException(ended.FlowName, ended.Failure ?? new FlowFailure(ErrorKind.Cancelled, "the restore was given up", IsRetryable: false));
    }

    private FlowStatus? StatusOf(string instance) =>
        _engine.Client.TryGet(instance)?.CustomStatus is { } status ? _catalog.Read<FlowStatus>(status) : null;
}
