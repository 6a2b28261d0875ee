using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Api;
using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Monitoring;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Scheduling;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Web;
using AlfrescoBackupFlows.Web.Calls;

namespace AlfrescoBackupFlows.Cli.Serve;

/// <summary>
/// What the server goes by until its configuration is loaded anew: requests and schedules that began under it end under it.
/// Closed when the last of them lets go.
/// </summary>
internal sealed class ServedConfiguration
{
    private readonly HostEnvironment _environment;
    private int _users = 1;

    private ServedConfiguration(
        CommandContext context,
        HostEnvironment environment,
        ServerMemory memory,
        ApiKey key,
        ApiKey? metricsKey,
        ServeCertificate? certificate,
        CronSchedule? schedule
    )
    {
        _environment = environment;
        (Key, MetricsKey, Certificate, Schedule) = (key, metricsKey, certificate, schedule);
        Telemetry = new CommandTelemetry(context, environment.Flows);
        Api = new BackupApi(environment.Flows);
        Page = new AbfPage(
            new PageHost(environment.Flows, key.Value) { NextBackup = now => schedule?.NextAfter(now) },
            memory.SignIns,
            Api
        );
    }

    public ApiKey Key { get; }

    /// <summary>Opens <c>/metrics</c> and nothing else; null: <see cref="Key"/> alone does.</summary>
    public ApiKey? MetricsKey { get; }

    public CommandTelemetry Telemetry { get; }

    /// <summary>Null where no address is https.</summary>
    public ServeCertificate? Certificate { get; }

    /// <summary>Of backups; null: only when asked.</summary>
    public CronSchedule? Schedule { get; }

    public BackupApi Api { get; }

    public AbfPage Page { get; }

    public HostEnvironment Environment => _environment;

    public BackupOptions Options => _environment.Options;

    /// <summary>Looks at everything before it opens anything. The repository need not be there.</summary>
    /// <param name="memory">Of the server.</param>
    /// <exception cref="PermanentException">Configuration.</exception>
    public static ServedConfiguration Open(
        CommandContext context,
        LoadedOptions loaded,
        bool withTls,
        ServerMemory memory
    )
    {
        BackupOptions options = loaded.Options;
        (ApiKey key, string? warning) = ApiKey.Read(options.Serve);
        (ApiKey? metricsKey, string? metricsWarning) = ApiKey.ReadMetrics(options.Serve);
        if (metricsKey?.Value.Reveal() == key.Value.Reveal())
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                $"serve.metricsKeyFile '{options.Serve.MetricsKeyFile}' holds the key of the API, which opens everything: "
                    + "write another one into it, or leave the setting out"
            );
        }

        foreach (string said in new[] { warning, metricsWarning }.OfType<string>())
        {
            context.Messages.Warn(said);
        }

        CronSchedule? schedule = options.Schedule is { } cron
            ? CronSchedule.Parse("schedule", cron, Installation.Discover(options.Installation).TimeZone, context.Time)
            : null;
        ServeCertificate? certificate = withTls ? ServeCertificate.Read(options.Serve) : null;
        return new ServedConfiguration(
            context,
            HostEnvironment.OpenToStay(context, loaded),
            memory,
            key,
            metricsKey,
            certificate,
            schedule
        );
    }

    /// <summary>Somebody works with it until <see cref="LeaveAsync"/>.</summary>
    public void Enter() => Interlocked.Increment(ref _users);

    public async ValueTask LeaveAsync()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            await Telemetry.DisposeAsync();
            Api.Dispose();
            Certificate?.Dispose();
            await _environment.DisposeAsync();
        }
    }
}

/// <summary>The one that counts now. Thread-safe.</summary>
internal sealed class CurrentConfiguration(ServedConfiguration first) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private ServedConfiguration _current = first;
    private Task _left = Task.CompletedTask;

    /// <summary>The caller works with it, and leaves it.</summary>
    public ServedConfiguration Enter()
    {
        lock (_gate)
        {
            _current.Enter();
            return _current;
        }
    }

    /// <summary>For a look that is over before anything can be closed.</summary>
    public T Look<T>(Func<ServedConfiguration, T> look)
    {
        lock (_gate)
        {
            return look(_current);
        }
    }

    public async ValueTask ReplaceAsync(ServedConfiguration next)
    {
        ServedConfiguration before;
        lock (_gate)
        {
            (before, _current) = (_current, next);
        }

        await before.LeaveAsync();
    }

    /// <summary>
    /// Does not wait until it is closed: a collector that does not answer holds it open for seconds, in which schedules
    /// would miss their time.
    /// </summary>
    public void Leave(ServedConfiguration served)
    {
        Task left = served.LeaveAsync().AsTask();
        lock (_gate)
        {
            _left = Task.WhenAll(_left, left);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _left;
        await _current.LeaveAsync();
    }
}
