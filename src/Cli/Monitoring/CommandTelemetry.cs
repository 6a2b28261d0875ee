using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Hosting.Monitoring;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Cli.Monitoring;

/// <summary>
/// What a command measures while it runs flows, and to whom it gives that: a file, <c>/metrics</c>, a collector. Nothing
/// of it is made where none of them is asked for, and nothing that fails in it reaches the work.
/// </summary>
internal sealed class CommandTelemetry : IAsyncDisposable
{
    /// <summary>How long a command that has done its work waits for a look at the repository.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>How long a scraper waits for the first look.</summary>
    private static readonly TimeSpan ScrapePatience = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly CommandContext _context;
    private readonly CancellationTokenSource _end;
    private readonly CancellationToken _ended;
    private readonly FactsKeeper _facts;
    private readonly StateMetrics _state;
    private readonly PrometheusText _text;
    private readonly OtlpExport? _otlp;
    private LastRun? _notStarted;
    private Task _written = Task.CompletedTask;

    /// <param name="environment">Lives longer than this; null: the repository could not be opened.</param>
    public CommandTelemetry(CommandContext context, FlowEnvironment? environment)
    {
        _context = context;
        _end = CancellationTokenSource.CreateLinkedTokenSource(context.Stop);
        _ended = _end.Token;
        string installation = NameOf(context.Options);
        var look = environment is null ? null : new RepositoryGauge(environment);
        _facts = new FactsKeeper(
            look is null ? null : look.ReadAsync,
            token => look!.MeasureUnusedAsync(token),
            new UnusedMemory(context.Options.State!, installation, context.Time),
            context.Time,
            context.Messages.Warn
        );
        _state = new StateMetrics(_facts, () => _notStarted ?? LastBackup.TryRead(context), context.Time);
        _text = new PrometheusText(_state.Meter, installation);
        if (environment is not null && OtlpVariables.AreSet)
        {
            OtlpVariables.HideHeaders();
            _otlp = TryExport(installation);
        }
    }

    /// <summary>Whether anybody wants it of a command that does not serve.</summary>
    public static bool IsAsked(BackupOptions options) => options.Metrics.File is not null || OtlpVariables.AreSet;

    /// <summary>A flow has ended: what is known of the repository is old.</summary>
    public async Task RunEndedAsync()
    {
        _notStarted = null;
        _facts.Renew();
        await FileAsync();
    }

    /// <summary>A backup was due and could not begin.</summary>
    public static async Task NotStartedAsync(CommandContext context, FlowFailure failure)
    {
        // Busy: another backup runs, and tells how it ends itself.
        if (failure.Kind is ErrorKind.Busy or ErrorKind.Cancelled)
        {
            return;
        }

        if (context.Telemetry is { } telemetry)
        {
            await telemetry.NotStartedAsync();
        }
        else if (IsAsked(context.Options))
        {
            await using var own = new CommandTelemetry(context, environment: null);
            await own.NotStartedAsync();
        }
    }

    private async Task NotStartedAsync()
    {
        DateTimeOffset now = _context.Time.GetUtcNow();
        _notStarted = new LastRun(RunOutcomes.Failed, now, now);
        await FileAsync();
    }

    /// <summary>For a scraper.</summary>
    public async Task<string> ReadAsync()
    {
        await WaitAsync(ScrapePatience, forMeasuring: false);
        return _text.Write(leaveOut: []);
    }

    public async ValueTask DisposeAsync()
    {
        if (_context.Messages.Stays)
        {
            await EndWritingAsync();
        }

        if (_otlp is not null)
        {
            await WaitAsync(Patience);
            await _otlp.DisposeAsync();
        }

        await _facts.DisposeAsync();
        _text.Dispose();
        _state.Dispose();
        _end.Dispose();
    }

    /// <summary>Of a server another configuration counts, or it stops: neither waits for a look at the repository.</summary>
    private async Task EndWritingAsync()
    {
        bool isCutShort = !Written().IsCompleted;
        await _end.CancelAsync();
        await Written();
        if (isCutShort && _context.Telemetry is { } next && next != this)
        {
            await next.FileAsync();
        }
    }

    private OtlpExport? TryExport(string installation)
    {
        try
        {
            return new OtlpExport(installation, _context.Messages.WarnOnce);
        }
#pragma warning disable CA1031 // Whatever the variables say, the work goes on.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _context.Messages.WarnOnce(
                $"OTEL_*: nothing is exported, and the work goes on without it: {Secret.Redact(e.Message)}"
            );
            return null;
        }
    }

    private static string NameOf(BackupOptions options) => options.Installation.Name ?? "default";

    /// <summary>Writes the file, where one is asked for. A run of a server does not wait for that: its journal would stay
    /// locked, and whoever wants to start the next one waits for it.</summary>
    private Task FileAsync()
    {
        if (_context.Options.Metrics.File is not { } path)
        {
            return Task.CompletedTask;
        }

        if (!_context.Messages.Stays)
        {
            return WriteFileAsync(path);
        }

        lock (_gate)
        {
            if (!_ended.IsCancellationRequested)
            {
                _written = WriteAfterAsync(_written, path);
            }
        }

        return Task.CompletedTask;
    }

    private Task Written()
    {
        lock (_gate)
        {
            return _written;
        }
    }

    private async Task WriteAfterAsync(Task former, string path)
    {
        await former.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await WriteFileAsync(path);
    }

    private async Task WriteFileAsync(string path)
    {
        string? fault;
        try
        {
            await WaitAsync(Patience);
            fault = await MetricsFile.TryWriteAsync(path, _text.Write(StateMetrics.Ages));
        }
#pragma warning disable CA1031 // Whatever cannot be measured, the run has its own outcome.
        catch (Exception e)
#pragma warning restore CA1031
        {
            fault = $"metrics.file '{path}' is not written: {e.GetType().Name}: {Secret.Redact(e.Message)}";
        }

        if (fault is not null)
        {
            _context.Messages.WarnOnce(fault);
        }
    }

    /// <summary>For the look that is due; where it takes longer, the numbers are those of before.</summary>
    private async Task WaitAsync(TimeSpan limit, bool forMeasuring = true)
    {
        if (_ended.IsCancellationRequested)
        {
            return;
        }

        try
        {
            await _facts.Ask(forMeasuring).WaitAsync(limit, _context.Time, _ended);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            // It goes on, and whoever asks next gets what it found.
        }
    }
}
