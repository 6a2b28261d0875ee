using AlfrescoBackupFlows.Repository.Blobs;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository.Crypto;

/// <summary>Plain bytes of a blob.</summary>
/// <param name="Length">Bytes of the blob itself.</param>
internal sealed record OpenedBlob(byte[] Plain, int Length);

/// <summary>
/// A store with the cipher of its blobs of a single frame: log entries, indexes, pages, receipts. Thread-safe; it owns
/// the cipher, not the store and not the keys.
/// </summary>
internal sealed class SealedBlobs(IBlobStore store, KeyRing keys, TimeProvider time) : IDisposable
{
    public IBlobStore Store => store;

    public TimeProvider Time => time;

    public ObjectCipher Cipher { get; } = new(keys);

    /// <summary>
    /// Looks for generations of keys that were added since the repository was opened. Null: there can be none.
    /// </summary>
    public Func<CancellationToken, Task<bool>>? NewKeys { get; init; }

    public Task<bool> LookForKeysAsync(CancellationToken cancellationToken) =>
        NewKeys is null ? Task.FromResult(false) : NewKeys(cancellationToken);

    /// <summary>Whether a blob says that it is sealed under a key that is not known here, which nothing proves.</summary>
    public async Task<bool> NamesUnknownKeyAsync(string name, CancellationToken cancellationToken)
    {
        byte[] header = new byte[ObjectHeader.FixedSize];
        return await store.ReadAsync(name, 0, header, cancellationToken) is { } read
            && ObjectHeader.KeyOf(header.AsSpan(0, read), keys.Repository) is { } key
            && !keys.Knows(key.Class, key.Generation);
    }

    /// <summary>Writes bytes as they are, such as packs.</summary>
    public WriteOnce Once { get; } = new(store, time);

    /// <summary>Null where there is no blob; longer than <paramref name="maxLength"/> is damage.</summary>
    public Task<OpenedBlob?> TryReadAsync(
        ObjectType type,
        string name,
        CancellationToken cancellationToken,
        int maxLength = ObjectCipher.MaxBlobLength
    ) =>
        WholeBlob.TryReadAsync(
            store,
            name,
            maxLength,
            blob => new OpenedBlob(Cipher.OpenInPlace(type, name, blob.Span), blob.Length),
            cancellationToken
        );

    /// <summary>For names that nobody else can have drawn. Returns the bytes of the blob.</summary>
    public async Task<int> PutAsync(
        ObjectType type,
        string name,
        ReadOnlyMemory<byte> plain,
        CancellationToken cancellationToken
    )
    {
        byte[] blob = Cipher.Seal(type, name, plain.Span);
        await Once.PutAsync(name, blob, cancellationToken);
        return blob.Length;
    }

    /// <inheritdoc cref="WriteOnce.CreateAsync"/>
    public Task<PutOutcome> CreateAsync(
        ObjectType type,
        string name,
        ReadOnlyMemory<byte> plain,
        CancellationToken cancellationToken
    ) => Once.CreateAsync(name, Cipher.Seal(type, name, plain.Span), cancellationToken);

    public void Dispose() => Cipher.Dispose();
}
