using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository.Mirroring;

/// <summary>
/// Brings one store to the state of another by copying write-once blobs as bytes: no key is needed, and nothing is ever
/// replaced or deleted. Packs come first, then index blobs, then configs, then log entries from the oldest on; the
/// entries are those that were listed before everything else. So whatever an entry of the target names is there before
/// it, but for what came and went in the source since: an entry that follows says so. In a new target configs come last:
/// before them it is no repository, from then on a whole one. May be called again after it was killed anywhere, and
/// beside backups and prunes of the source.
/// </summary>
public sealed class Mirror(IBlobStore source, IBlobStore target, MirrorOptions options, TimeProvider time)
{
    /// <summary>Each begins where the log of the source has grown during the one before, which happens twice a
    /// backup.</summary>
    private const int MaxPasses = 20;

    /// <summary>The id of the repository of a store, 32 hexadecimal digits, by its configs.</summary>
    /// <exception cref="PermanentException">
    /// Configuration: there is no repository. Repository: its configs are lost, or none can be read.
    /// </exception>
    public static async Task<string> IdOfAsync(IBlobStore blobs, CancellationToken cancellationToken) =>
        HexId.Format(await MirrorIdentity.OfSourceAsync(blobs, cancellationToken));

    /// <exception cref="PermanentException">
    /// Repository: the target belongs to another repository, or one of them was cut or forked. Configuration: there is
    /// no repository to copy.
    /// </exception>
    /// <exception cref="TransientException">Busy: the log of the source grows faster than it is copied.</exception>
    public async Task<MirrorReport> RunAsync(CancellationToken cancellationToken)
    {
        UInt128 repository = await MirrorIdentity.OfSourceAsync(source, cancellationToken);
        bool isWhole = await MirrorIdentity.RequireTargetAsync(target, repository, cancellationToken);
        using BlobCopier copier = new(source, target, options, time);
        for (int pass = 0; pass < MaxPasses; pass++)
        {
            MirroredLog there = await MirroredLog.ListAsync(target, cancellationToken);
            MirroredLog log = (await MirroredLog.ListAsync(source, cancellationToken)).UpToEnd();
            await new LogComparison(log, there, options).RequireAsync(isWhole, cancellationToken);
            copier.Restart(unfit: log.TooLong + log.Behind.Count);
            bool checks = options.Checks && pass == 0;
            await copier.CopyAsync(MirroredNames.Packs, checks, cancellationToken);
            await copier.CopyAsync(MirroredNames.Indexes, checks, cancellationToken);
            BlobItem[] configs = isWhole ? [] : await ListConfigsAsync(cancellationToken);
            if (isWhole)
            {
                await copier.CopyAsync(MirroredNames.Configs, checks, cancellationToken);
            }

            if (copier.IsTimeUp || copier.DifferentBlobs > 0)
            {
                return await ReportAsync(repository, there, log, 0, copier, isDone: false, cancellationToken);
            }

            // What was deleted meanwhile was given up by an entry: with it in the log, nobody looks for it. The same is
            // true of configs, so these were listed before as well.
            if (options.IsDryRun || (!copier.Vanished && !await HasGrownAsync(log, cancellationToken)))
            {
                MirrorReport report = await CopyLogAsync(
                    repository,
                    isWhole,
                    there,
                    log,
                    configs,
                    copier,
                    cancellationToken
                );
                if (!copier.Vanished)
                {
                    return report;
                }
            }
        }

        throw new TransientException(
            ErrorKind.Busy,
            $"The log of {source.Location} grew during each of {MaxPasses} attempts to copy it. Run 'abf mirror' again."
        );
    }

    private async Task<bool> HasGrownAsync(MirroredLog log, CancellationToken cancellationToken) =>
        await source.GetPropertiesAsync(LogNames.BlobName(log.End + 1), cancellationToken) is not null;

    private async Task<MirrorReport> CopyLogAsync(
        UInt128 repository,
        bool isWhole,
        MirroredLog there,
        MirroredLog log,
        BlobItem[] configs,
        BlobCopier copier,
        CancellationToken cancellationToken
    )
    {
        BlobItem[] missing = [.. log.Entries.Where(entry => !there.Has(entry.Key)).Select(entry => entry.Value)];
        if (options.Checks)
        {
            await copier.CheckAllAsync(
                there.Entries.Select(entry => (log.Find(entry.Key)!, entry.Value)),
                cancellationToken
            );
        }

        if (!options.IsDryRun)
        {
            await MirrorMark.WriteAsync(target, source, cancellationToken);
        }

        if (isWhole)
        {
            await CopyInOrderAsync(copier, missing, cancellationToken);
        }
        else if (copier.DifferentBlobs == 0)
        {
            await copier.CopyAllAsync(missing, cancellationToken);
            await CopyInOrderAsync(copier, configs, cancellationToken);
        }

        bool isDone = copier is { DifferentBlobs: 0, Vanished: false };
        return await ReportAsync(repository, there, log, missing.Length, copier, isDone, cancellationToken);
    }

    /// <summary>The newest first: it is the one that counts.</summary>
    private async Task<BlobItem[]> ListConfigsAsync(CancellationToken cancellationToken) =>
        await MirroredNames
            .Configs.ListAsync(source, cancellationToken)
            .Where(item => item.Length <= MirroredNames.Configs.MaxLength)
            .OrderByDescending(item => item.Name.Length)
            .ThenByDescending(item => item.Name, StringComparer.Ordinal)
            .ToArrayAsync(cancellationToken);

    /// <summary>Until something stands in the way.</summary>
    private static async Task CopyInOrderAsync(
        BlobCopier copier,
        IEnumerable<BlobItem> items,
        CancellationToken cancellationToken
    )
    {
        foreach (BlobItem item in items)
        {
            if (copier is not { DifferentBlobs: 0, Vanished: false })
            {
                return;
            }

            await copier.CopyOneAsync(item, readsBack: true, cancellationToken);
        }
    }

    /// <summary>The head of a target that is not done is that which it had.</summary>
    private static async Task<MirrorReport> ReportAsync(
        UInt128 repository,
        MirroredLog there,
        MirroredLog log,
        long entries,
        BlobCopier copier,
        bool isDone,
        CancellationToken cancellationToken
    )
    {
        long newest = isDone ? log.Newest : there.Newest;
        return new MirrorReport(
            HexId.Format(repository),
            newest < 0 ? new RememberedHead(-1, string.Empty) : await log.HeadAsync(newest, cancellationToken),
            copier.CopiedBlobs,
            copier.CopiedBytes,
            entries,
            copier.CheckedBlobs,
            copier.ExtraBlobs,
            copier.ExtraBytes,
            copier.Different(),
            copier.DifferentBlobs,
            copier.UnfitBlobs,
            isDone
        );
    }
}
