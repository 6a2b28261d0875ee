using System.Text.Json.Serialization.Metadata;
using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;

namespace AlfrescoBackupFlows.Flows.Runtime;

/// <summary>
/// What the activities of a process share: the opened repository, the index of the run that is at work, the lease. Opened at first need,
/// because a host also starts where the repository cannot be reached.
/// </summary>
internal sealed class RunSession : IAsyncDisposable
{
    private readonly FlowEnvironment _environment;
    private readonly SemaphoreSlim _gate = new(1);
    private BackupRepository? _repository;
    private RunData? _run;

    public RunSession(FlowEnvironment environment)
    {
        _environment = environment;
        Leases = new LeaseKeeper(
            environment.Stores.Control, $"leases/{InstallationName}", environment.Time, environment.Loggers.CreateLogger(nameof(LeaseKeeper)));
    }

    public LeaseKeeper Leases { get; }

    public BackupOptions Options => _environment.Options.Options;

    public TimeProvider Time => _environment.Time;

    public string InstallationName => Options.Installation.Name ?? "default";

    /// <summary>Read anew each time: a setting that was mended counts when a run goes on.</summary>
    public Installation DiscoverInstallation() => Installation.Discover(Options.Installation);

    public async Task<BackupRepository> OpenRepositoryAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            return _repository ??= (await OpenAnewAsync(cancellationToken)).Repository;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>
    /// Runs an activity's work under the run's lease, for a run that is still open. The work is cancelled when the lease is lost.
    /// </summary>
    public async Task<T> WorkAsync<T>(string run, Func<RunScope, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        BackupRepository repository = await OpenRepositoryAsync(cancellationToken);
        await using HeldLease lease = await Leases.HoldAsync(run, cancellationToken);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lease.Lost);
        try
        {
            RunData data = await OpenRunAsync(repository, RunId.Parse(run), linked.Token);
            return await work(new RunScope(this, repository, data), linked.Token);
        }
        catch (OperationCanceledException) when (lease.Lost.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw lease.Fault ?? LeaseKeeper.Busy(run);
        }
    }

    /// <summary>
    /// The same for work whose result is a page: a page that is there already is the result, and the one that is created first counts.
    /// </summary>
    public Task<T> ProduceAsync<T>(
        string run, string page, JsonTypeInfo<T> type, Func<RunScope, RunWriter, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
        where T : class =>
        WorkAsync(
            run,
            async (scope, token) =>
            {
                if (await scope.TryReadPageAsync(page, type, token) is { } done)
                {
                    return done;
                }

                await using RunWriter writer = await scope.OpenWriterAsync(page, token);
                T result = await work(scope, writer, token);
                return await writer.CommitPageAsync(result, type, token);
            },
            cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Leases.DisposeAsync();
        _run?.Dispose();
        if (_repository is not null)
        {
            await _repository.DisposeAsync();
        }

        _gate.Dispose();
    }

    /// <summary>
    /// Remembers the head as it is now: after this process has added to the log. What is sealed stays sealed where that fails; the next opening
    /// remembers it.
    /// </summary>
    public async Task RememberHeadAsync(CancellationToken cancellationToken)
    {
        BackupRepository repository = await OpenRepositoryAsync(cancellationToken);
        try
        {
            await new HeadMemory(Options.State!, repository.Id).ReadAsync(repository.Log, cancellationToken);
        }
        catch (AbfException e)
        {
            Logs.HeadNotRemembered(_environment.Loggers.CreateLogger(nameof(RunSession)), e.Message);
        }
    }

    /// <summary>
    /// Reads the log anew, from its newest entry back, and looks after the config: what a process has kept in memory may be gone from the store meanwhile, and a set that is added to that
    /// would be nobody's.
    /// </summary>
    /// <exception cref="PermanentException">Repository: the log is broken, or nobody could open the repository any more.</exception>
    public async Task<LogHead> RereadLogAsync(CancellationToken cancellationToken)
    {
        BackupRepository repository = await OpenRepositoryAsync(cancellationToken);
        LogHead head = await new HeadMemory(Options.State!, repository.Id).ReadAsync(repository.Log, cancellationToken);
        if (head.Break is { } broken)
        {
            throw new PermanentException(ErrorKind.Repository, broken);
        }

        if (await repository.Keys.HealAsync(head, cancellationToken) is { } healed)
        {
            Logs.ConfigHealed(_environment.Loggers.CreateLogger(nameof(RunSession)), healed);
        }

        return head;
    }

    /// <summary>Opens the repository from the store alone; the caller disposes it.</summary>
    public async Task<(BackupRepository Repository, LogHead Head)> OpenAnewAsync(CancellationToken cancellationToken)
    {
        BackupRepository repository = await BackupRepository.OpenAsync(_environment.Stores.Blobs, Access(), cancellationToken);
        try
        {
            LogHead head = await new HeadMemory(Options.State!, repository.Id).ReadAsync(repository.Log, cancellationToken);
            foreach (string alarm in head.Alarms)
            {
                Logs.LogAlarm(_environment.Loggers.CreateLogger(nameof(RunSession)), alarm);
            }

            return (repository, head);
        }
        catch
        {
            await repository.DisposeAsync();
            throw;
        }
    }

    /// <summary>One request to the log: whether the run was evicted or given up meanwhile. The indexes are kept until another run comes.</summary>
    private async Task<RunData> OpenRunAsync(BackupRepository repository, RunId run, CancellationToken cancellationToken)
    {
        LogHead head = await repository.Log.ReadAsync(cancellationToken);
        if (head.Break is { } broken)
        {
            throw new PermanentException(ErrorKind.Repository, broken);
        }

        RunOpened opened = head.State.FindOpenRun(run) ?? throw new PermanentException(
            ErrorKind.Busy, $"Run {run} is no longer open: another backup of '{InstallationName}' took its place, or it was given up.");
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_run?.Opened.Run != run)
            {
                _run?.Dispose();
                _run = null;
                _run = await RunData.LoadAsync(repository, opened, head, cancellationToken);
            }

            return _run;
        }
        finally
        {
            _gate.Release();
        }
    }

    private RepositoryAccess Access() => new(
        Options.Repository.Encryption,
        _environment.Options.Passphrase,
        Path.Combine(Options.State!, "cache"),
        Time);
}
