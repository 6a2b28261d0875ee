using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Log;

namespace AlfrescoBackupFlows.Repository.Garbage;

/// <summary>
/// Gives back what no set needs, beside backups, restores and other prunes: no lock, the log decides. First the log says
/// what is given up and which index blobs count from there on, then it is deleted. It may be killed anywhere: the next
/// one finishes it.
/// </summary>
/// <param name="options">How far it goes.</param>
public sealed class Prune(BackupRepository repository, PruneOptions options)
{
    /// <summary>Other writers were faster so often that something must be wrong.</summary>
    internal int MaxAttempts { get; init; } = 100;

    /// <summary>Names that one entry of the log gives up.</summary>
    internal int MaxNames { get; init; } = TombstoneRules.MaxItems;

    private CollectorLog Log => new(repository, "Nothing is collected");

    /// <exception cref="PermanentException">
    /// Repository: the log has an alarm, an index blob is lost or a set cannot be followed, so nobody can tell what is
    /// needed; nothing is deleted.
    /// </exception>
    public async Task<PruneReport> RunAsync(CancellationToken cancellationToken) =>
        (await RunAsync(null, cancellationToken)).Report;

    /// <param name="isTimeUp">Asked after each part that is done; null: until the end.</param>
    /// <returns>Whether nothing is left to do.</returns>
    /// <inheritdoc cref="RunAsync(CancellationToken)"/>
    public async Task<(PruneReport Report, bool IsDone)> RunAsync(
        Func<bool>? isTimeUp,
        CancellationToken cancellationToken
    )
    {
        var planner = new PrunePlanner(repository, options, MaxNames);
        using var rounds = new PruneRounds(repository, options, Log, planner, MaxNames);
        for (int failed = 0; failed < MaxAttempts; )
        {
            if (await rounds.TryAsync(isTimeUp, cancellationToken) is not { } round)
            {
                failed++;
                continue;
            }

            failed = 0;
            if (round.IsLast || isTimeUp?.Invoke() == true)
            {
                string? untidy = round.IsLast
                    ? await new CheckTables(
                        repository,
                        rounds.Deletions,
                        planner.Sealed,
                        options.ResealsBelow
                    ).RunAsync(cancellationToken)
                    : null;
                PruneReport report = rounds.Report with
                {
                    StoredBytes = round.Plan.StoredBytes,
                    UnusedBytes = round.Plan.UnusedBytes,
                    Warnings = planner.Warnings(round.Plan, rounds.Unprotected, untidy),
                };
                return (report, round.IsLast);
            }
        }

        throw new TransientException(
            ErrorKind.Busy,
            $"The log at {repository.Blobs.Store.Location} was written to {MaxAttempts} times while the prune looked for "
                + "what can go. What was given up so far is deleted. Run it again when fewer backups begin."
        );
    }

    /// <summary>What it would do now.</summary>
    /// <inheritdoc cref="RunAsync(CancellationToken)"/>
    public Task<PruneReport> PreviewAsync(CancellationToken cancellationToken) =>
        new PrunePreview(repository, Log, new PrunePlanner(repository, options, MaxNames)).RunAsync(cancellationToken);
}
