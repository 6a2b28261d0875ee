using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;

namespace AlfrescoBackupFlows.Flows.Runtime;

/// <summary>The runs that this process works for: their leases, and the context of the one that is running.</summary>
internal sealed class Runs(FlowEnvironment environment) : IAsyncDisposable
{
    private readonly SemaphoreSlim _gate = new(1);
    private RunContext? _context;

    public LeaseKeeper Leases { get; } =
        new(
            environment.Stores.Control,
            LeaseKeeper.NameOf(environment.InstallationName),
            environment.Time,
            environment.Loggers.CreateLogger(nameof(LeaseKeeper))
        );

    /// <summary>
    /// Does work under the run's lease, for a run that is still open. The work is cancelled when the lease is lost.
    /// </summary>
    public async Task<T> WorkAsync<T>(
        RunRef run,
        Func<RunContext, CancellationToken, Task<T>> work,
        CancellationToken cancellationToken
    )
    {
        BackupRepository repository = await environment.Repository.OpenAsync(cancellationToken);
        await using HeldLease lease = await Leases.HoldAsync(run.Id, cancellationToken);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lease.Lost);
        try
        {
            return await work(await EnterAsync(run, repository, linked.Token), linked.Token);
        }
        catch (OperationCanceledException)
            when (lease.Lost.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw lease.Fault ?? LeaseKeeper.Busy(run.Id);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Leases.DisposeAsync();
        _context?.Dispose();
        _gate.Dispose();
    }

    /// <summary>
    /// Looks into the log, as often as the lease is renewed, whether the run was evicted or given up meanwhile; the
    /// commit judges by the log as it is then. The context is kept until another run comes.
    /// </summary>
    private async Task<RunContext> EnterAsync(
        RunRef run,
        BackupRepository repository,
        CancellationToken cancellationToken
    )
    {
        LogHead head = await repository.Log.ReadRecentAsync(LeaseKeeper.RenewEvery, cancellationToken);
        if (head.State.FindOpenRun(run.Id) is null)
        {
            head = await repository.Log.ReadAsync(cancellationToken);
        }

        if (head.Break is { } broken)
        {
            throw new PermanentException(ErrorKind.Repository, broken);
        }

        if (!repository.Keys.AreOf(head))
        {
            // What this run stores is to be sealed under the keys that counted when it was opened, or newer ones.
            head = await environment.Repository.RereadLogAsync(cancellationToken);
        }

        RunOpened opened =
            head.State.FindOpenRun(run.Id)
            ?? throw new PermanentException(
                ErrorKind.Busy,
                $"Run {run.Id} is no longer open: another backup of '{environment.InstallationName}' took its place, or "
                    + "it was given up."
            );
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_context?.Run != run)
            {
                _context?.Dispose();
                _context = null;
                _context = await RunContext.LoadAsync(environment, run, repository, opened, head, cancellationToken);
            }

            return _context;
        }
        finally
        {
            _gate.Release();
        }
    }
}
