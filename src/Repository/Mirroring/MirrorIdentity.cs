using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository.Mirroring;

/// <summary>Which repository a store belongs to, as far as that can be said without a key.</summary>
internal static class MirrorIdentity
{
    /// <summary>The id that the newest readable config of the source says.</summary>
    /// <exception cref="PermanentException">
    /// Configuration: there is no repository. Repository: its configs are lost, or none can be read.
    /// </exception>
    public static async Task<UInt128> OfSourceAsync(IBlobStore source, CancellationToken cancellationToken)
    {
        PermanentException? why = null;
        foreach (int number in await RepositoryOpening.ListConfigsAsync(source, cancellationToken))
        {
            try
            {
                return (await ConfigFile.ReadAsync(source, number, cancellationToken)).Repository;
            }
            catch (PermanentException e) when (e.Kind is ErrorKind.Repository)
            {
                why ??= e;
            }
        }

        throw why!;
    }

    /// <summary>Refuses a target of another repository.</summary>
    /// <returns>Whether it has a config, and so was a whole repository before.</returns>
    /// <exception cref="PermanentException">Repository: it belongs to another one.</exception>
    public static async Task<bool> RequireTargetAsync(
        IBlobStore target,
        UInt128 repository,
        CancellationToken cancellationToken
    )
    {
        IReadOnlyList<int> configs = await ConfigFile.ListAsync(target, cancellationToken);
        foreach (int number in configs)
        {
            if (await TryReadAsync(target, number, cancellationToken) is { } found && found != repository)
            {
                throw Another(target, found, repository);
            }
        }

        if (configs.Count == 0)
        {
            foreach (
                MirroredNames names in (MirroredNames[])[MirroredNames.Log, MirroredNames.Packs, MirroredNames.Indexes]
            )
            {
                await RequireFirstAsync(target, names, repository, cancellationToken);
            }
        }

        return configs.Count > 0;
    }

    /// <summary>Null where it is damaged, which is seen when it is compared.</summary>
    private static async Task<UInt128?> TryReadAsync(IBlobStore target, int number, CancellationToken cancellationToken)
    {
        try
        {
            return (await ConfigFile.ReadAsync(target, number, cancellationToken)).Repository;
        }
        catch (PermanentException e) when (e.Kind is ErrorKind.Repository)
        {
            return null;
        }
    }

    /// <summary>What a first mirror has left behind says in its header whose it is.</summary>
    private static async Task RequireFirstAsync(
        IBlobStore target,
        MirroredNames names,
        UInt128 repository,
        CancellationToken cancellationToken
    )
    {
        if (await names.ListAsync(target, cancellationToken).FirstOrDefaultAsync(cancellationToken) is not { } first)
        {
            return;
        }

        byte[] header = new byte[ObjectHeader.FixedSize];
        int? read = await target.ReadAsync(first.Name, 0, header, cancellationToken);
        if (read == header.Length && ObjectHeader.RepositoryOf(header) is { } found)
        {
            if (found != repository)
            {
                throw Another(target, found, repository);
            }
        }
        else if (read is not null)
        {
            throw new PermanentException(
                ErrorKind.Repository,
                $"Nothing was copied: the target {target.Location} has no config, and its '{first.Name}' is not of this "
                    + "repository or damaged. Name an empty place."
            );
        }
    }

    private static PermanentException Another(IBlobStore target, UInt128 found, UInt128 repository) =>
        new(
            ErrorKind.Repository,
            $"Nothing was copied: the target {target.Location} belongs to another repository ({HexId.Format(found)}, and the "
                + $"source is {HexId.Format(repository)}). Name an empty place, or the mirror of this one."
        );
}
