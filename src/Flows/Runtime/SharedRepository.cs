using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Storage;
using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Flows.Runtime;

/// <summary>
/// The repository as all activities of a process share it. Opened at first need, because a host also starts where the
/// repository cannot be reached.
/// </summary>
internal sealed class SharedRepository(FlowEnvironment environment) : IAsyncDisposable
{
    private readonly ILogger _logger = environment.Loggers.CreateLogger(nameof(SharedRepository));
    private readonly SemaphoreSlim _gate = new(1);
    private readonly CancellationTokenSource _stop = new();
    private BackupRepository? _repository;
    private Task<(BackupRepository Repository, LogHead Head)>? _ahead;

    /// <summary>
    /// Begins to open it, for a run that begins now: a host has other things to do until then. Whoever opens it first
    /// gets what came of that, a fault too.
    /// </summary>
    public void OpenAhead() => _ahead = Task.Run(() => OpenAnewAsync(keepsLog: true, _stop.Token));

    public async Task<BackupRepository> OpenAsync(CancellationToken cancellationToken) =>
        (await OpenOnceAsync(keepsLog: false, cancellationToken)).Repository;

    /// <summary>With the log where this call has opened it, and so read it.</summary>
    private async Task<(BackupRepository Repository, LogHead? Read)> OpenOnceAsync(
        bool keepsLog,
        CancellationToken cancellationToken
    )
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_repository is not null)
            {
                return (_repository, null);
            }

            (_repository, LogHead head) = _ahead is { } ahead
                ? await TakeAsync(ahead, cancellationToken)
                : await OpenAnewAsync(keepsLog, cancellationToken);
            return (_repository, head);
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<(BackupRepository Repository, LogHead Head)> TakeAsync(
        Task<(BackupRepository Repository, LogHead Head)> ahead,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await ahead.WaitAsync(cancellationToken);
        }
        finally
        {
            _ahead = ahead.IsCompleted ? null : ahead;
        }
    }

    /// <summary>Opens the repository from the store alone; the caller disposes it.</summary>
    public Task<(BackupRepository Repository, LogHead Head)> OpenAnewAsync(CancellationToken cancellationToken) =>
        OpenAnewAsync(keepsLog: false, cancellationToken);

    private async Task<(BackupRepository Repository, LogHead Head)> OpenAnewAsync(
        bool keepsLog,
        CancellationToken cancellationToken
    )
    {
        BackupRepository repository = await BackupRepository.OpenAsync(
            environment.Stores.Blobs,
            Access() with
            {
                KeepsLog = keepsLog,
            },
            cancellationToken
        );
        try
        {
            LogHead head = await repository.Log.ReadRecentAsync(TimeSpan.MaxValue, cancellationToken);
            MemoryOf(repository.Id).Remember(head, Warn);
            Tell(head);
            return (repository, head);
        }
        catch
        {
            await repository.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Opens a copy of the repository that lies elsewhere, with the same keys; the caller disposes it. It may be older, so
    /// that nothing is remembered of it.
    /// </summary>
    public Task<BackupRepository> OpenCopyAsync(IBlobStore blobs, CancellationToken cancellationToken)
    {
        RepositoryAccess access = Access();
        return BackupRepository.OpenAsync(
            blobs,
            access with
            {
                CacheDirectory = Path.Combine(access.CacheDirectory, "copy"),
                Remembered = null,
            },
            cancellationToken
        );
    }

    /// <summary>
    /// Reads the log anew, from its newest entry back, and checks the config: what a process has kept in memory
    /// may be gone from the store meanwhile, and a set that is added to that would be nobody's. A repository that has to
    /// be opened first is read by that.
    /// </summary>
    /// <exception cref="PermanentException">
    /// Repository: the log is broken, or nobody could open the repository any more.
    /// </exception>
    public Task<LogHead> RereadLogAsync(CancellationToken cancellationToken) =>
        RereadLogAsync(keepsLog: false, looksAgain: false, cancellationToken);

    /// <summary>
    /// The same when a run begins: of what this machine has seen earlier, a listing shows that it is still there. A full
    /// scan reads it again before its commit.
    /// </summary>
    /// <inheritdoc cref="RereadLogAsync(CancellationToken)" path="/exception"/>
    public Task<LogHead> ReadLogForRunAsync(CancellationToken cancellationToken) =>
        RereadLogAsync(keepsLog: true, looksAgain: false, cancellationToken);

    /// <summary>
    /// The same before the commit: of what was read when the run began, a listing shows that it is still there.
    /// </summary>
    /// <inheritdoc cref="RereadLogAsync(CancellationToken)" path="/exception"/>
    public Task<LogHead> LookAtLogAgainAsync(CancellationToken cancellationToken) =>
        RereadLogAsync(keepsLog: false, looksAgain: true, cancellationToken);

    private async Task<LogHead> RereadLogAsync(bool keepsLog, bool looksAgain, CancellationToken cancellationToken)
    {
        (BackupRepository repository, LogHead? read) = await OpenOnceAsync(keepsLog, cancellationToken);
        LogHead head = read ?? await ReadLogAsync(repository, looksAgain, cancellationToken);
        if (head.Break is { } broken)
        {
            throw new PermanentException(ErrorKind.Repository, broken);
        }

        bool isConfigRead = read is not null && repository.Keys.AreOf(head);
        if (!isConfigRead && await repository.Keys.HealAsync(head, cancellationToken) is { } healed)
        {
            Logs.ConfigHealed(_logger, healed);
        }

        return head;
    }

    /// <summary>
    /// Remembers the head that this process has just added to the log. What is committed stays so where that fails; the
    /// next opening remembers it.
    /// </summary>
    public async Task RememberHeadAsync(CancellationToken cancellationToken)
    {
        BackupRepository repository = await OpenAsync(cancellationToken);
        try
        {
            LogHead head = await repository.Log.ReadRecentAsync(TimeSpan.MaxValue, cancellationToken);
            MemoryOf(repository.Id).Remember(head, Warn);
        }
        catch (AbfException e)
        {
            Logs.HeadNotRemembered(_logger, e.Message);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (_ahead is { } ahead)
        {
            await ((Task)ahead).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _repository = ahead.IsCompletedSuccessfully ? (await ahead).Repository : null;
        }

        if (_repository is not null)
        {
            await _repository.DisposeAsync();
        }

        _stop.Dispose();
        _gate.Dispose();
    }

    /// <summary>Says what is wrong with it.</summary>
    private async Task<LogHead> ReadLogAsync(
        BackupRepository repository,
        bool looksAgain,
        CancellationToken cancellationToken
    )
    {
        HeadMemory memory = MemoryOf(repository.Id);
        RememberedHead? remembered = memory.Recall();
        LogHead head = looksAgain
            ? await repository.Log.LookAgainAsync(remembered, cancellationToken)
            : await repository.Log.ReadAsync(remembered, cancellationToken);
        memory.Remember(head, Warn);
        Tell(head);
        return head;
    }

    private HeadMemory MemoryOf(string repository) =>
        new(environment.Options.State!, repository, environment.Stores.Blobs.Location);

    private void Warn(string reason) => Logs.HeadNotRemembered(_logger, reason);

    private void Tell(LogHead head)
    {
        (IReadOnlyList<string> due, IReadOnlyList<string> over) = environment.Alarms.Judge(head.Alarms);
        foreach (string alarm in due)
        {
            Logs.LogAlarm(_logger, alarm);
        }

        foreach (string alarm in over)
        {
            Logs.LogAlarmOver(_logger, alarm);
        }
    }

    private RepositoryAccess Access() =>
        new(
            environment.Options.Repository.Encryption,
            environment.Loaded.Passphrase,
            Path.Combine(environment.Options.State!, "cache"),
            environment.Time
        )
        {
            KeyFile = environment.Loaded.KeyFile,
            Remembered = repository => MemoryOf(repository).Recall(),
        };
}
