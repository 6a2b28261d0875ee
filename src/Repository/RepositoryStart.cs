using System.Buffers.Binary;
using System.Security.Cryptography;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository;

/// <summary>The beginning of a repository: its keys in a first config, then entry 0 of the log.</summary>
internal static class RepositoryStart
{
    public static async Task RunAsync(
        IBlobStore blobs,
        RepositoryInit init,
        KdfDocument kdf,
        CancellationToken cancellationToken
    )
    {
        await foreach (BlobItem item in blobs.ListAsync(LogNames.Prefix, cancellationToken))
        {
            throw Exists(blobs, item.Name);
        }

        using KeyRing keys = KeyRing.Generate(RandomId());
        using SealedBlobs opened = new(blobs, keys, init.Time);
        RepositoryConfig config = NewConfig(keys, init, kdf);
        IReadOnlyList<int> numbers = await ConfigFile.ListAsync(blobs, cancellationToken);
        int number = numbers.Count == 0 ? 1 : checked(numbers[0] + 1);
        ConfigFile file =
            await ConfigFile.TryCreateAsync(blobs, init.Time, number, config, cancellationToken)
            ?? throw Exists(blobs, ConfigFile.BlobName(number));
        if (!await new CommitLog(opened, init.Time).InitAsync(file.Stamp, cancellationToken))
        {
            throw Exists(blobs, LogNames.BlobName(0));
        }
    }

    private static RepositoryConfig NewConfig(KeyRing keys, RepositoryInit init, KdfDocument kdf)
    {
        DateTimeOffset now = init.Time.GetUtcNow();
        RepositoryConfig config = new()
        {
            Format = RepositoryConfig.FormatName,
            Version = RepositoryConfig.FormatVersion,
            Repository = HexId.Format(keys.Repository),
            Created = now,
            Encryption = init.Encryption,
        };
        return init.Encryption switch
        {
            RepositoryAccess.EncryptionPassphrase => config with
            {
                Slots = [KeySlot.Create(keys, ConfigKeys.Need(init.Passphrase), init.SlotName, kdf, now)],
            },
            RepositoryAccess.EncryptionNone => config with { Keys = ConfigKeys.InClear(keys) },
            _ => throw new PermanentException(
                ErrorKind.Configuration,
                $"repository.encryption is '{init.Encryption}'; it can be 'passphrase' or 'none'."
            ),
        };
    }

    private static UInt128 RandomId()
    {
        Span<byte> id = stackalloc byte[16];
        RandomNumberGenerator.Fill(id);
        return BinaryPrimitives.ReadUInt128BigEndian(id);
    }

    private static PermanentException Exists(IBlobStore blobs, string name) =>
        new(
            ErrorKind.Configuration,
            $"There is a repository at {blobs.Location} already ('{name}'). "
                + "Use it as it is, or give repository.url another place."
        );
}
