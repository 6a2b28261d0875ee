using System.Collections.Immutable;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;

namespace AlfrescoBackupFlows.Repository.Garbage;

/// <summary>
/// What a backup does about the index blobs of many nights where no prune puts them together: one takes their place by an
/// entry of the log. Nothing is deleted: the small ones stay until a prune gives them back. May be killed anywhere; a blob
/// that no entry names is garbage to the next prune.
/// </summary>
public sealed class SmallIndexes(BackupRepository repository)
{
    /// <summary>So many are left as they are: a night writes one, and all are written again each time.</summary>
    internal int MaxLeft { get; init; } = 32;

    /// <summary>Another writer that was faster does the same, or the next backup does.</summary>
    private const int MaxAttempts = 3;

    /// <summary>In one entry.</summary>
    private const int MaxReplaced = 4096;

    /// <summary>Puts them together where there are many, by the newest log that is known here.</summary>
    /// <returns>So many others have taken the place of.</returns>
    /// <exception cref="PermanentException">Repository: one of them is lost.</exception>
    public async Task<int> CompactAsync(CancellationToken cancellationToken)
    {
        LogHead head = await repository.Log.ReadRecentAsync(TimeSpan.MaxValue, cancellationToken);
        for (int attempt = 0; attempt < MaxAttempts; attempt++)
        {
            ImmutableArray<ChunkIndexSummary> small = Choose(head.State);
            if (small.Length <= MaxLeft || !head.Alarms.IsEmpty || !repository.Keys.AreOf(head))
            {
                return 0;
            }

            PermanentException? lost = null;
            try
            {
                if (await TryReplaceAsync(head, small, cancellationToken))
                {
                    return small.Length;
                }
            }
            catch (PermanentException e) when (e.Kind is ErrorKind.Repository)
            {
                lost = e;
            }

            LogHead now = await repository.Log.ReadAsync(cancellationToken);
            if (lost is not null && now.Sequence == head.Sequence)
            {
                throw lost;
            }

            // A prune has deleted what was to be read, or another writer was faster.
            head = now;
        }

        return 0;
    }

    private async Task<bool> TryReplaceAsync(
        LogHead head,
        ImmutableArray<ChunkIndexSummary> small,
        CancellationToken cancellationToken
    )
    {
        ImmutableArray<ChunkIndexBlob> written = await new IndexCompaction(repository).WriteAsync(
            small,
            ImmutableHashSet<PackId>.Empty,
            cancellationToken
        );
        TombstoneDraft draft = new([], written, []);
        return await repository.Log.TryAppendTombstonesAsync(head, draft, cancellationToken) is not null;
    }

    /// <summary>
    /// One that stands in the place of lost ones stays: it says that packs may be named nowhere, and only whoever has
    /// looked up all that the sets need may say otherwise.
    /// </summary>
    private static ImmutableArray<ChunkIndexSummary> Choose(LogState state) =>
        [
            .. LogState
                .Live(state.Indexes)
                .Where(index => IndexCompaction.IsSmall(index) && (index.Compacted || index.Replaces.IsDefaultOrEmpty))
                .Take(MaxReplaced),
        ];
}
