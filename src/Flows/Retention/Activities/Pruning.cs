using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Retention.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Garbage;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Storage;
using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Flows.Retention.Activities;

/// <summary>Gives back what no set needs, and notes when. May be called again, and beside everything else.</summary>
public sealed class Pruning(FlowEnvironment environment)
{
    private readonly ILogger _logger = environment.Loggers.CreateLogger(nameof(Pruning));

    private EndMark LastPrune => LastPruneOf(environment.Stores.Control);

    public static PruneOptions OptionsOf(RetentionOptions retention) =>
        new(RetentionOptions.TryParsePart(retention.MaxUnused, out double part) ? part : PruneOptions.Usual.MaxUnused)
        {
            ProtectFor = retention.ProtectFor,
        };

    /// <param name="isTimeUp">Asked after each part; null: until the end.</param>
    public async Task<PrunedPart> RunAsync(
        PruneOptions options,
        Func<bool>? isTimeUp,
        CancellationToken cancellationToken
    )
    {
        LogHead head = await environment.Repository.RereadLogAsync(cancellationToken);
        BackupRepository repository = await environment.Repository.OpenAsync(cancellationToken);
        await EvictDeadAsync(repository, head, cancellationToken);
        (PruneReport report, bool isDone) = await new Prune(repository, options).RunAsync(isTimeUp, cancellationToken);
        await environment.Repository.RememberHeadAsync(cancellationToken);
        foreach (string warning in report.Warnings ?? [])
        {
            Logs.PruneWarned(_logger, warning);
        }

        if (isDone)
        {
            await LastPrune.WriteAsync(cancellationToken);
            UnusedMemory.Of(environment).TryNote(report.UnusedBytes);
            Logs.Pruned(_logger, report.FreedBytes, report.RepackedBytes, report.UnusedBytes, report.LaterBlobs);
        }

        return new PrunedPart(report, isDone);
    }

    /// <summary>
    /// Seals anew what is sealed under old keys, prunes by that, and drops these keys where nothing needs them any more.
    /// </summary>
    public async Task<ResealReport> ResealAsync(PruneOptions options, CancellationToken cancellationToken)
    {
        LogHead head = await environment.Repository.RereadLogAsync(cancellationToken);
        BackupRepository repository = await environment.Repository.OpenAsync(cancellationToken);
        await EvictDeadAsync(repository, head, cancellationToken);
        ResealReport report = await new Reseal(repository, options).RunAsync(cancellationToken);
        await environment.Repository.RememberHeadAsync(cancellationToken);
        return report;
    }

    /// <summary>What a reseal would do now.</summary>
    /// <param name="rotates">The keys would be rotated before.</param>
    public async Task<ResealReport> PreviewResealAsync(
        PruneOptions options,
        bool rotates,
        CancellationToken cancellationToken
    )
    {
        await environment.Repository.RereadLogAsync(cancellationToken);
        BackupRepository repository = await environment.Repository.OpenAsync(cancellationToken);
        return await new Reseal(repository, options).PreviewAsync(rotates, cancellationToken);
    }

    /// <summary>What it would do now.</summary>
    public async Task<PruneReport> PreviewAsync(PruneOptions options, CancellationToken cancellationToken)
    {
        await environment.Repository.RereadLogAsync(cancellationToken);
        BackupRepository repository = await environment.Repository.OpenAsync(cancellationToken);
        return await new Prune(repository, options).PreviewAsync(cancellationToken);
    }

    /// <summary>Whether the last prune that came to its end, by whichever host, is long enough ago.</summary>
    public Task<bool> IsDueAsync(CancellationToken cancellationToken) =>
        LastPrune.IsDueAsync(environment.Options.Retention.PruneEvery, cancellationToken);

    /// <summary>When a prune came to its end last, by whichever host; null: never, or nobody knows.</summary>
    public async Task<DateTimeOffset?> FindLastAsync(CancellationToken cancellationToken) =>
        await environment.Stores.OpenControlAsync(cancellationToken) is { } control
            ? await LastPruneOf(control).ReadAsync(cancellationToken)
            : null;

    private EndMark LastPruneOf(IBlobStore control) => new(control, "retention/last-prune", environment.Time);

    /// <summary>
    /// A run whose host is gone for good would keep everything that was there at its base. One that is older than a run
    /// may be to go on, and whose lease nobody holds, is over. How old that is says the setting of this installation; of
    /// another's run it is the most that its host can have set.
    /// </summary>
    private async Task EvictDeadAsync(BackupRepository repository, LogHead head, CancellationToken cancellationToken)
    {
        foreach (RunOpened run in head.State.OpenRuns)
        {
            TimeSpan limit =
                run.Installation == environment.Options.Installation.Name
                    ? environment.Options.Backup.ResumeWithin
                    : RunOptions.MaxResumeWithin;
            if (!RecordedTime.IsDue(run.Opened, limit, environment.Time.GetUtcNow()))
            {
                continue;
            }

            string lease = LeaseKeeper.NameOf(run.Installation);
            Guid own = Guid.NewGuid();
            IBlobStore control = environment.Stores.Control;
            if (!await control.AcquireLeaseAsync(lease, own, BlobLease.MinDuration, cancellationToken))
            {
                continue;
            }

            try
            {
                await repository.Log.EvictAsync(
                    run.Run,
                    "a prune found it unfinished for longer than a run may be to go on, and nobody at work for it",
                    cancellationToken
                );
                Logs.RunEvicted(_logger, "(prune)", run.Run.ToString());
            }
            finally
            {
                await control.ReleaseLeaseAsync(lease, own, CancellationToken.None);
            }
        }
    }
}
