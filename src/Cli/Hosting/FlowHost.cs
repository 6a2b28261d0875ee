using System.Text.Json;
using AlfrescoBackupFlows.Cli.Monitoring;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Cli.Progress;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows;
using AlfrescoBackupFlows.Flows.Backup;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Restore;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Hosting.Notifications;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Cli.Hosting;

/// <summary>
/// Runs the flows of one journal in this process: opens what they need and the engine, and drives an instance to its
/// end. Every command that runs a flow stands on it. Holds the journal's lock while it lives.
/// </summary>
internal sealed class FlowHost : IAsyncDisposable
{
    private readonly CommandContext _context;
    private readonly HostEnvironment _environment;
    private readonly EmbeddedEngine _engine;
    private readonly RunCounts _counts;

    /// <summary>Where no other part of the command has made one for all its flows.</summary>
    private readonly CommandTelemetry? _ownTelemetry;

    private FlowHost(CommandContext context, HostEnvironment environment, string journal)
    {
        _context = context;
        _environment = environment;
        _counts = new RunCounts(context.Messages.Warn);
        _engine = EmbeddedEngine.Open(
            journal,
            TaskCatalog.Of(environment.Flows),
            new EngineOptions
            {
                // One more than the running ranges: a cancel or a failure ends a flow without waiting for them.
                MaxParallelActivities = environment.Options.Backup.Parallelism + 1,
                TimeProvider = context.Time,
                LoggerFactory = context.Loggers,
                Progress = _counts,
            }
        );
        if (context.Telemetry is null && CommandTelemetry.IsAsked(environment.Options))
        {
            context.Telemetry = _ownTelemetry = new CommandTelemetry(context, environment.Flows);
        }
    }

    public BackupOptions Options => _environment.Options;

    /// <summary>How long ago the engine took its last turn; null: it runs nothing.</summary>
    public TimeSpan? SinceTurn => _engine.SinceTurn;

    /// <summary>The journal's instances.</summary>
    public FlowClient Client => _engine.Client;

    /// <summary>What runs that ended without a set have left in the storage.</summary>
    public DeadRuns Dead => new(_environment.Flows);

    /// <param name="takesLeases">As of <see cref="HostEnvironment.OpenAsync"/>.</param>
    /// <param name="opensAhead">What it is for begins at once, and needs the repository.</param>
    /// <exception cref="PermanentException">Busy: another process runs flows of this journal.</exception>
    public static async Task<FlowHost> OpenAsync(
        CommandContext context,
        string journal,
        bool takesLeases,
        bool opensAhead = false
    )
    {
        HostEnvironment environment = await HostEnvironment.OpenAsync(context, takesLeases);
        IAsyncDisposable opened = environment;
        try
        {
            if (opensAhead)
            {
                environment.Flows.OpenAhead();
            }

            var host = new FlowHost(context, environment, journal);
            opened = host;
            host.Client.Purge(Journals.KeepsEnded);
            return host;
        }
        catch
        {
            await opened.DisposeAsync();
            throw;
        }
    }

    /// <summary>As the journal keeps it.</summary>
    public static string Write<T>(T value)
        where T : notnull => BackupTasks.Converter.Write(value);

    public static T Read<T>(string json) => BackupTasks.Converter.Read<T>(json);

    /// <summary>What an instance is called where people read it.</summary>
    public static string NameOf(string id) => InstanceIds.IsBackup(id) ? $"run {id}" : id;

    /// <summary>
    /// The instance that has not ended, or null. One that is too old is given up with a warning; but for a restore,
    /// whose target waits for it.
    /// </summary>
    public FlowInstance? FindUnfinished()
    {
        FlowInstance? unfinished = Client.List().FirstOrDefault(i => i.Status is RuntimeStatus.Running);
        DateTimeOffset now = _context.Time.GetUtcNow();
        TimeSpan limit = Options.Backup.ResumeWithin;
        if (
            unfinished is null
            || unfinished.FlowName == nameof(RestoreFlow)
            || !RecordedTime.IsDue(unfinished.Created, limit, now)
        )
        {
            return unfinished;
        }

        string why = RecordedTime.IsInFuture(unfinished.Created, now)
            ? $"it began at {Units.Time(unfinished.Created.UtcDateTime)}, which is in the future: the clock was wrong "
                + "then, or is wrong now, and how old the run is nobody knows"
            : $"it is {Units.Duration(now - unfinished.Created)} old, more than backup.resumeWithin "
                + $"({Units.Duration(limit)})";
        Client.TryTerminate(unfinished.Id, why);
        _context.Messages.Warn($"the unfinished {NameOf(unfinished.Id)} is abandoned: {why}");
        return null;
    }

    /// <summary>Drives an instance to its end, however it ends.</summary>
    /// <returns>Null where another version began it and this one cannot go on; it is given up then.</returns>
    /// <exception cref="OperationCanceledException">
    /// The process was asked to stop; the instance can be driven on.
    /// </exception>
    public async Task<FlowInstance?> TryDriveAsync(string id, IProgressDisplay display)
    {
        RunScope scope = EnterScope(id);
        try
        {
            await _context.Notifications.StartedAsync(Client.TryGet(id)!.FlowName, id);
            Task<FlowInstance> work = _engine.RunToEndAsync(id, _context.Stop);
            var meter = new RunMeter(_counts, _context.Time);
            FlowInstance ended = await display.ShowAsync(work, () => meter.Read(StatusOf(id)));
            await _context.Notifications.EndedAsync(
                ended.FlowName,
                id,
                ended.Input,
                ended.Status is RuntimeStatus.Completed ? ended.Result : null,
                ended.Failure,
                _context.Alarms.Standing,
                await LookAsync(ended.FlowName)
            );
            scope.Set ??= SetOf(ended.Result);
            if (_context.Telemetry is { } telemetry)
            {
                await telemetry.RunEndedAsync();
            }

            return ended;
        }
        catch (NonDeterministicFlowException e)
        {
            Client.TryTerminate(id, $"another version of abf began it and this one cannot go on ({e.Message})");
            return null;
        }
    }

    /// <summary>After a backup, what a host that stays looks at every hour: a nightly command has no other time for
    /// it.</summary>
    private async Task<IReadOnlyList<Observation>?> LookAsync(string flow) =>
        flow == nameof(HotBackupFlow) && _context.Notifier.HasChannels
            ? await new RepositoryLook(_environment.Flows, _context.Notifier).TrySeeAsync(_context.Stop)
            : null;

    /// <summary>Drives an instance to its result, and shows how it gets there.</summary>
    /// <returns>Null as with <see cref="TryDriveAsync"/>.</returns>
    /// <exception cref="FlowException">It failed, or was ended from outside.</exception>
    public async Task<TResult?> TryFinishAsync<TResult>(string id)
        where TResult : class
    {
        FlowInstance? ended = await TryDriveAsync(id, ProgressDisplays.Choose(_context));
        return ended is null ? null
            : ended.Status is RuntimeStatus.Completed ? Read<TResult>(ended.Result!)
            : throw new FlowException(
                ended.FlowName,
                ended.Failure ?? new FlowFailure(ErrorKind.Cancelled, $"{id} was given up", IsRetryable: false)
            );
    }

    /// <summary>
    /// Finishes an unfinished instance that is the same, or a new one; another unfinished one is given up. Where
    /// another version began it, it begins anew.
    /// </summary>
    /// <param name="isSame">Whether an instance with this input does what is asked for.</param>
    public async Task<TResult> FinishAsync<TInput, TResult>(
        string flow,
        TInput input,
        Func<TInput, bool> isSame,
        Func<string> newId
    )
        where TInput : class
        where TResult : class
    {
        if (FindUnfinished() is { } unfinished)
        {
            if (unfinished.FlowName != flow || TryRead<TInput>(unfinished.Input) is not { } began || !isSame(began))
            {
                Client.TryTerminate(unfinished.Id, "another one was asked for in its place");
            }
            else
            {
                _context.Messages.Note("the unfinished one is resumed");
                if (await TryFinishAsync<TResult>(unfinished.Id) is { } resumed)
                {
                    return resumed;
                }

                _context.Messages.Warn("another version of abf began the unfinished one; it begins anew");
            }
        }

        string id = newId();
        _engine.Start(flow, input, id);
        return await TryFinishAsync<TResult>(id)
            ?? throw new InvalidOperationException("what this version began does not match its journal");
    }

    /// <inheritdoc cref="FlowEnvironment.FindLogSeen"/>
    public long? FindLogSeen() => _environment.Flows.FindLogSeen();

    /// <summary>What this process asked of the storage so far.</summary>
    public StorageDocument Traffic() => _environment.Traffic();

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        if (_ownTelemetry is not null)
        {
            _context.Telemetry = null;
            await _ownTelemetry.DisposeAsync();
        }

        await _environment.DisposeAsync();
    }

    /// <summary>What is logged from here on belongs to the run.</summary>
    private RunScope EnterScope(string id)
    {
        RunScope scope = RunScope.Current is { } current && current.Run == id ? current : new RunScope(id);
        scope.Set = SetOf(Client.TryGet(id)?.Input);
        scope.Enter();
        if (!_context.Messages.Stays)
        {
            _context.Messages.Scope = scope;
        }

        return scope;
    }

    /// <summary>The set that the input or the result of a flow names.</summary>
    private static string? SetOf(string? json)
    {
        if (json is null)
        {
            return null;
        }

        using JsonDocument document = JsonDocument.Parse(json);
        return
            document.RootElement.ValueKind is JsonValueKind.Object
            && document.RootElement.TryGetProperty("set", out JsonElement set)
            && set.ValueKind is JsonValueKind.String
            ? set.GetString()
            : null;
    }

    /// <summary>Null where another version wrote it.</summary>
    private static T? TryRead<T>(string json)
        where T : class
    {
        try
        {
            return Read<T>(json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private FlowStatus? StatusOf(string id) =>
        Client.TryGet(id)?.CustomStatus is { } status ? Read<FlowStatus>(status) : null;
}
