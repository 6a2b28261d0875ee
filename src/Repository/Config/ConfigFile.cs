using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Blobs;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository.Config;

/// <summary>A stored config: which number, its hash, what it says, and its bytes.</summary>
internal sealed record ConfigFile(int Number, string Sha256, RepositoryConfig Config, ReadOnlyMemory<byte> Bytes)
{
    public const string Prefix = "config/";

    private const int MaxLength = 1 << 20;

    public ConfigStamp Stamp => new(Number, Sha256);

    public UInt128 Repository =>
        UInt128.Parse(Config.Repository, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    public static string BlobName(int number) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{number}");

    public static bool TryParseName(string blobName, out int number)
    {
        number = 0;
        return blobName.StartsWith(Prefix, StringComparison.Ordinal)
            && int.TryParse(blobName.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out number)
            && blobName == BlobName(number)
            && number > 0;
    }

    /// <summary>Numbers of the configs that are there, the highest first; other names are passed over.</summary>
    public static async Task<IReadOnlyList<int>> ListAsync(IBlobStore blobs, CancellationToken cancellationToken)
    {
        List<int> numbers = [];
        await foreach (BlobItem item in blobs.ListAsync(Prefix, cancellationToken))
        {
            if (TryParseName(item.Name, out int number))
            {
                numbers.Add(number);
            }
        }

        numbers.Sort();
        numbers.Reverse();
        return numbers;
    }

    /// <summary>A number above every one that is there: a change that was killed before its log entry leaves a config that
    /// nobody names.</summary>
    /// <param name="there">As listed.</param>
    /// <param name="current">Of the config that counts, listed or not.</param>
    public static int NumberAfter(IReadOnlyList<int> there, int current) => checked(there.Append(current).Max() + 1);

    /// <summary>Reads and checks one; a newer version of the format stops before anything else is looked at.</summary>
    public static async Task<ConfigFile> ReadAsync(IBlobStore blobs, int number, CancellationToken cancellationToken) =>
        From(
            number,
            await TryReadBytesAsync(blobs, number, cancellationToken) ?? throw Damage.Missing(BlobName(number)),
            blobs.Location
        );

    /// <summary>The bytes of one; null where there is none.</summary>
    public static Task<byte[]?> TryReadBytesAsync(IBlobStore blobs, int number, CancellationToken cancellationToken) =>
        WholeBlob.TryReadAsync(blobs, BlobName(number), MaxLength, static bytes => bytes.ToArray(), cancellationToken);

    public static ConfigFile From(int number, byte[] bytes, string location) =>
        new(number, HashOf(bytes), Parse(bytes, BlobName(number), location), bytes);

    /// <summary>Whether the bytes say that they are of a newer version of the format.</summary>
    public static bool IsNewer(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return VersionOf(bytes, Prefix) > RepositoryConfig.FormatVersion;
        }
        catch (PermanentException)
        {
            // Not a config at all: its damage is said by whoever parses it.
            return false;
        }
    }

    public static RepositoryConfig Parse(ReadOnlySpan<byte> bytes, string name, string location)
    {
        CheckVersion(bytes, name, location);
        RepositoryConfig config;
        try
        {
            config =
                JsonSerializer.Deserialize(bytes, ConfigJson.Default.RepositoryConfig)
                ?? throw Damage.In(name, "it is empty");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw Damage.In(name, "it is not a config's JSON", exception);
        }

        if (!HexId.TryParse(config.Repository, out _))
        {
            throw Damage.In(name, "it does not name the repository's id");
        }

        bool sound =
            ArePublicKeysSound(config.PublicKeys)
            && config.Encryption switch
            {
                RepositoryAccess.EncryptionPassphrase => config.Slots
                    is { IsDefaultOrEmpty: false, Length: <= KeySlot.MaxSlots }
                    && config.Slots.All(KeySlot.IsComplete)
                    && config.Keys.IsDefault,
                RepositoryAccess.EncryptionNone => config.Keys
                    is { IsDefaultOrEmpty: false, Length: <= KeySlot.MaxKeys }
                    && config.Keys.All(key => key is not null)
                    && config.Slots.IsDefaultOrEmpty,
                _ => false,
            };
        return sound
            ? config
            : throw Damage.In(
                name,
                $"its encryption is not one that version {RepositoryConfig.FormatVersion} knows, "
                    + "or its keys do not fit it"
            );
    }

    /// <summary>Whether each is complete, of the one class that has pairs, and there once; none need be there.</summary>
    public static bool ArePublicKeysSound(ImmutableArray<PublicKeyDocument> keys) =>
        keys.IsDefault
        || (
            keys.Length <= KeySlot.MaxKeys
            && keys.All(key =>
                key is { Class: not null, Public.Length: KeyPair.KeySize, Generation: > 0 }
                && key.Class == KeyClasses.NameOf(KeyClass.Content)
            )
            && keys.DistinctBy(key => key.Generation).Count() == keys.Length
        );

    /// <summary>Creates the config if no other has taken the number. Null: it is taken.</summary>
    public static async Task<ConfigFile?> TryCreateAsync(
        IBlobStore blobs,
        TimeProvider time,
        int number,
        RepositoryConfig config,
        CancellationToken cancellationToken
    )
    {
        byte[] bytes = JsonSerializer.SerializeToUtf8Bytes(config, ConfigJson.Default.RepositoryConfig);
        return await TryPutAsync(blobs, time, new ConfigFile(number, HashOf(bytes), config, bytes), cancellationToken);
    }

    /// <summary>Stores the bytes of a config under its number. Null: something else stands there.</summary>
    public static async Task<ConfigFile?> TryPutAsync(
        IBlobStore blobs,
        TimeProvider time,
        ConfigFile file,
        CancellationToken cancellationToken
    ) =>
        await new WriteOnce(blobs, time).TryPutAsync(BlobName(file.Number), file.Bytes, cancellationToken)
            ? file
            : null;

    public static string HashOf(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static void CheckVersion(ReadOnlySpan<byte> bytes, string name, string location)
    {
        int version = VersionOf(bytes, name);
        if (version > RepositoryConfig.FormatVersion)
        {
            throw new PermanentException(
                ErrorKind.Repository,
                $"repository.url: the repository at {location} has format version {version}; this program reads up "
                    + $"to version {RepositoryConfig.FormatVersion}. Use a newer version of abf."
            );
        }
    }

    /// <summary>What does not say that it is a config, and of which version, is damage.</summary>
    private static int VersionOf(ReadOnlySpan<byte> bytes, string name)
    {
        try
        {
            Utf8JsonReader reader = new(bytes);
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            JsonElement root = document.RootElement;
            return
                root.ValueKind == JsonValueKind.Object
                && root.TryGetProperty("format", out JsonElement format)
                && format.ValueKind == JsonValueKind.String
                && format.ValueEquals(RepositoryConfig.FormatName)
                && root.TryGetProperty("version", out JsonElement element)
                && element.ValueKind == JsonValueKind.Number
                && element.TryGetInt32(out int version)
                && version >= 1
                ? version
                : throw Damage.In(name, "it does not say that it belongs to a repository of this program");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw Damage.In(name, "it is not JSON", exception);
        }
    }
}
