using System.Collections.Immutable;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Garbage;
using AlfrescoBackupFlows.Repository.Log;

namespace AlfrescoBackupFlows.Flows.Runtime;

/// <summary>Looks at the configured repository for metrics. Reads only. Thread-safe.</summary>
public sealed class RepositoryGauge(FlowEnvironment environment)
{
    /// <summary>Takes a few small reads, and a listing of the packs.</summary>
    /// <exception cref="AbfException">The storage fails, or the repository is damaged.</exception>
    public async Task<RepositoryFacts> ReadAsync(CancellationToken cancellationToken)
    {
        BackupRepository repository = await environment.Repository.OpenAsync(cancellationToken);
        LogHead head = await repository.Log.ReadAsync(cancellationToken);
        var sets = SetFacts.Of(
            [.. InstallationSets.Of(head, environment.Options.Installation.Name)],
            await repository.SetChecks.ReadAsync(cancellationToken)
        );
        SetManifest? newest = sets.Newest is null ? null : await TryReadAsync(sets.Newest);
        SetManifest? last = sets.Last == sets.Newest ? newest : await TryReadAsync(sets.Last!);
        return new RepositoryFacts(
            environment.Time.GetUtcNow(),
            sets,
            head.Alarms.Length,
            sets.Last is null ? [] : FindingsOf(sets.Last, last),
            newest?.Phases ?? [],
            await RepositoryUse.ReadStoredBytesAsync(repository, cancellationToken)
        );

        async Task<SetManifest?> TryReadAsync(SetSummary set)
        {
            try
            {
                return await repository.Log.ReadManifestAsync(set, cancellationToken);
            }
            catch (PermanentException e) when (e.Kind is ErrorKind.Repository)
            {
                return null; // A verification tells of it; here its numbers are missing, and the others are not.
            }
        }
    }

    /// <summary>About how many bytes of all packs hold nothing that a set needs. Follows every set: minutes, where there
    /// are many files.</summary>
    /// <exception cref="AbfException">The storage fails, or the repository is damaged.</exception>
    public async Task<long> MeasureUnusedAsync(CancellationToken cancellationToken)
    {
        BackupRepository repository = await environment.Repository.OpenAsync(cancellationToken);
        LogHead head = await repository.Log.ReadAsync(cancellationToken);
        return (await RepositoryUse.ReadAsync(repository, head.State, cancellationToken)).UnusedBytes;
    }

    private static ImmutableArray<(string Kind, long Count)> FindingsOf(SetSummary set, SetManifest? manifest) =>
        [
            (
                "missing",
                manifest is null ? set.Missing : manifest.Consistency.Missing - manifest.Consistency.Acknowledged
            ),
            ("unproven", set.Unproven ? 1 : 0),
            .. manifest is null
                ? Array.Empty<(string, long)>()
                :
                [
                    ("source_missing", manifest.Consistency.SourceMissing),
                    ("source_changed", manifest.Consistency.SourceChanged),
                ],
        ];
}
