using System.Collections.Concurrent;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Mirroring;
using AlfrescoBackupFlows.Storage;
using AlfrescoBackupFlows.Storage.Decorators;
using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Flows.Runtime;

/// <summary>
/// What a host gives to the activities. Lives as long as the process: the opened repository and its index are kept here
/// for all runs. The host disposes it after the engine.
/// </summary>
public sealed class FlowEnvironment : IServiceProvider, IAsyncDisposable
{
    private readonly ConcurrentDictionary<Type, Lazy<object>> _shared = new();

    /// <param name="options">The valid configuration with its secrets.</param>
    /// <param name="stores">The repository's blobs and the control store.</param>
    /// <param name="time">The only clock.</param>
    public FlowEnvironment(LoadedOptions options, RepositoryStores stores, TimeProvider time, ILoggerFactory loggers)
    {
        (Loaded, Stores, Time, Loggers) = (options, stores, time, loggers);
        Alarms = new StandingAlarms(time);
        SourceReads = LimitRateOptions.Parse(options.Options.LimitRate.Read, time);
        Repository = new SharedRepository(this);
        Runs = new Runs(this);
        Reading = new ReadingSets(
            stores.OpenControl ?? (_ => Task.FromResult<IBlobStore?>(stores.Control)),
            time,
            loggers.CreateLogger(nameof(ReadingSets))
        );
    }

    /// <summary>With secrets and warnings.</summary>
    public LoadedOptions Loaded { get; }

    public BackupOptions Options => Loaded.Options;

    public RepositoryStores Stores { get; }

    public TimeProvider Time { get; }

    public ILoggerFactory Loggers { get; }

    /// <summary>What was said of the log; a process with several of these gives all the same.</summary>
    public StandingAlarms Alarms { get; init; }

    internal string InstallationName => Options.Installation.Name ?? "default";

    /// <summary>Of what is read from the installation, as <c>limitRate.read</c> says; null: as fast as it goes.</summary>
    internal RateLimit? SourceReads { get; }

    internal SharedRepository Repository { get; }

    internal Runs Runs { get; }

    internal ReadingSets Reading { get; }

    /// <summary>
    /// The pins and who reads sets. A host that was opened without the control store opens it for that: in the
    /// repository's own blobs, which stand in its place, no set would be pinned.
    /// </summary>
    /// <exception cref="PermanentException">Configuration: it is a mirror, or there is no control store.</exception>
    internal async Task<SetMarks> OpenMarksAsync(CancellationToken cancellationToken)
    {
        if (Stores.OpenControl is not { } open)
        {
            return new SetMarks(Stores.Control);
        }

        await MirrorMark.RequireNoneAsync(Stores.Blobs, cancellationToken);
        return new SetMarks(
            await open(cancellationToken)
                ?? throw new PermanentException(
                    ErrorKind.Configuration,
                    $"there is no control store of {Stores.Blobs.Location} to read pins from: set repository.controlUrl"
                )
        );
    }

    /// <summary>
    /// What activities of a kind share in this process: made at first need, kept as long as this lives.
    /// </summary>
    internal T Shared<T>(Func<FlowEnvironment, T> create)
        where T : class => (T)_shared.GetOrAdd(typeof(T), _ => new Lazy<object>(() => create(this))).Value;

    /// <summary>What an activity asks for when a host makes it: this, and nothing else.</summary>
    public object? GetService(Type serviceType) => serviceType == typeof(FlowEnvironment) ? this : null;

    /// <summary>Begins to open the repository for a run, beside what the host does before that.</summary>
    public void OpenAhead() => Repository.OpenAhead();

    /// <summary>
    /// Sequence of the newest entry of the repository's log that this machine remembers, without a request; null where it
    /// remembers none.
    /// </summary>
    public long? FindLogSeen() =>
        Options.State is { } state ? HeadMemory.Find(state, Stores.Blobs.Location)?.Sequence : null;

    public async ValueTask DisposeAsync()
    {
        await Runs.DisposeAsync();
        await Reading.DisposeAsync();
        await Repository.DisposeAsync();
    }
}

/// <param name="Blobs">Write-once blobs.</param>
/// <param name="Control">Leases, pins, what was done and told last: the few mutable blobs.</param>
public sealed record RepositoryStores(IBlobStore Blobs, IBlobStore Control)
{
    /// <summary>
    /// Of a host that was opened without the control store: opens it for those who read sets; null where there is none
    /// that can be written. Absent: <see cref="Control"/> is it.
    /// </summary>
    public Func<CancellationToken, Task<IBlobStore?>>? OpenControl { get; init; }

    /// <summary>Opens the target of a mirror.</summary>
    public Func<MirrorPlace, CancellationToken, Task<IBlobStore>>? OpenMirror { get; init; }

    /// <summary>The control store, however the host was opened; null where there is none that can be written.</summary>
    public Task<IBlobStore?> OpenControlAsync(CancellationToken cancellationToken) =>
        OpenControl is { } open ? open(cancellationToken) : Task.FromResult<IBlobStore?>(Control);
}

/// <summary>Where a mirror copies to.</summary>
/// <param name="Name">How its faults are told.</param>
/// <param name="ConnectionStringFile">For it; null: as the repository is opened.</param>
/// <param name="IsNew">Its place may be made.</param>
/// <param name="IsDryRun">Nothing is made, and a place that is missing is an empty store.</param>
public sealed record MirrorPlace(StoreName Name, string Url, string? ConnectionStringFile, bool IsNew, bool IsDryRun);
