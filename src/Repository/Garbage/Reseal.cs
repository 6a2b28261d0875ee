using System.Collections.Immutable;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository.Garbage;

/// <summary>
/// Writes anew, by the steps of a prune, what is sealed under old generations of the content and metadata keys, and
/// leaves these out of the config once nothing is. Beside backups, restores and prunes; it may be killed anywhere, and
/// the next one goes on. Entries of the log stay as they are, and so do the keys that open them. Used once.
/// </summary>
/// <param name="options">How far the prune goes besides, and how much is written anew.</param>
public sealed class Reseal(BackupRepository repository, PruneOptions options)
{
    /// <summary>Other writers were faster so often that the next reseal may as well try.</summary>
    private const int MaxAttempts = 20;

    /// <summary>Blobs named of each key that is left.</summary>
    private const int MaxNamed = 3;

    private readonly SealedUnder _sealed = new(repository.Blobs.Store, repository.Ring.Repository);

    /// <exception cref="PermanentException">As of <see cref="Prune.RunAsync(CancellationToken)"/>.</exception>
    public async Task<ResealReport> RunAsync(CancellationToken cancellationToken)
    {
        repository.RequireContentKeys("Nothing can be sealed anew");
        await ReadHeadAsync(cancellationToken);
        PruneReport pruned = await new Prune(
            repository,
            options with
            {
                ResealsBelow = repository.Ring.CurrentGeneration(KeyClass.Metadata),
            }
        ).RunAsync(cancellationToken);
        for (int attempt = 1; ; attempt++)
        {
            // First the log, then the store: what is sealed by a run that begins since is sealed under the newest keys.
            LogHead head = await ReadHeadAsync(cancellationToken);
            ImmutableArray<OldKey> old = await FindAsync(
                repository.Ring.CurrentGeneration(KeyClass.Metadata),
                cancellationToken
            );
            ImmutableArray<RunId> waitsFor = await FindOldRunsAsync(head.State, cancellationToken);
            if (old.IsEmpty || !waitsFor.IsEmpty || old.Any(key => key.Blobs > 0))
            {
                return Report(pruned, old, [], waitsFor, null);
            }

            try
            {
                string? warning = await repository.KeyGenerations.DropOldAsync(head, cancellationToken);
                return Report(pruned, [], old, [], warning);
            }
            catch (PermanentException e) when (e.Kind is ErrorKind.Busy && attempt < MaxAttempts)
            {
                // A run began or ended, and is to be looked at.
            }
        }
    }

    /// <summary>What it would do now.</summary>
    /// <param name="rotates">As if the keys were rotated before.</param>
    /// <inheritdoc cref="RunAsync"/>
    public async Task<ResealReport> PreviewAsync(bool rotates, CancellationToken cancellationToken)
    {
        repository.RequireContentKeys("Nothing can be sealed anew");
        LogHead head = await ReadHeadAsync(cancellationToken);
        uint below = repository.Ring.CurrentGeneration(KeyClass.Metadata) + (rotates ? 1u : 0);
        PruneReport pruned = await new Prune(repository, options with { ResealsBelow = below }).PreviewAsync(
            cancellationToken
        );
        return Report(
            pruned,
            await FindAsync(below, cancellationToken),
            [],
            rotates
                ? [.. head.State.OpenRuns.Select(run => run.Run)]
                : await FindOldRunsAsync(head.State, cancellationToken),
            null
        );
    }

    private static ResealReport Report(
        PruneReport pruned,
        ImmutableArray<OldKey> left,
        ImmutableArray<OldKey> dropped,
        ImmutableArray<RunId> waitsFor,
        string? warning
    ) =>
        new(pruned, left, dropped, waitsFor)
        {
            Warnings = [.. pruned.Warnings ?? [], .. warning is null ? [] : new[] { warning }],
        };

    /// <summary>Old keys of the config that counts, with what is sealed under each in the store as it is now.</summary>
    private async Task<ImmutableArray<OldKey>> FindAsync(uint below, CancellationToken cancellationToken)
    {
        ILookup<(KeyClass, uint), BlobItem> found = (
            await _sealed.FindAsync(IsOld, withLog: false, cancellationToken)
        ).ToLookup(blob => (blob.Class, blob.Generation), blob => blob.Blob);
        return
        [
            .. repository
                .Ring.KeysOfConfig.Where(key => IsOld(key.Class, key.Generation))
                .Select(key =>
                {
                    BlobItem[] blobs = [.. found[(key.Class, key.Generation)]];
                    return new OldKey(
                        KeyClasses.NameOf(key.Class),
                        key.Generation,
                        blobs.Length,
                        blobs.Sum(blob => blob.Length),
                        [.. blobs.Take(MaxNamed).Select(blob => blob.Name)]
                    );
                }),
        ];

        bool IsOld(KeyClass keyClass, uint generation) =>
            keyClass is KeyClass.Content or KeyClass.Metadata && generation < below;
    }

    /// <summary>Open runs whose first entry is sealed under an older key of the log: their writers have older ones.</summary>
    private async Task<ImmutableArray<RunId>> FindOldRunsAsync(LogState state, CancellationToken cancellationToken)
    {
        string[] entries = [.. state.OpenRuns.Select(run => LogNames.BlobName(run.Sequence))];
        await _sealed.ReadAsync(entries, cancellationToken);
        uint newest = repository.Ring.CurrentGeneration(KeyClass.Log);
        return
        [
            .. state
                .OpenRuns.Where((_, i) => _sealed.KeyOf(entries[i]) is not { } key || key.Generation < newest)
                .Select(run => run.Run),
        ];
    }

    private async Task<LogHead> ReadHeadAsync(CancellationToken cancellationToken)
    {
        LogHead head = await repository.Log.ReadAsync(cancellationToken);
        if (!repository.Keys.AreOf(head))
        {
            await repository.Keys.HealAsync(head, cancellationToken);
        }

        return head;
    }
}
