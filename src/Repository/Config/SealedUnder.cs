using System.Collections.Concurrent;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository.Config;

/// <summary>
/// Under which keys the blobs of a store are sealed, by their headers: one small read for each blob, once, since blobs
/// never change. Some 150 bytes of memory a blob. Thread-safe.
/// </summary>
internal sealed class SealedUnder(IBlobStore blobs, UInt128 repository)
{
    private const int Parallelism = 16;

    private readonly ConcurrentDictionary<string, (KeyClass Class, uint Generation)?> _keys = new(
        StringComparer.Ordinal
    );

    /// <summary>Reads the headers of those that were not read yet.</summary>
    public Task ReadAsync(IEnumerable<string> names, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(
            names.Where(name => !_keys.ContainsKey(name)),
            new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken },
            async (name, token) =>
            {
                byte[] header = new byte[ObjectHeader.FixedSize];
                if (await blobs.ReadAsync(name, 0, header, token) is { } read)
                {
                    _keys[name] = ObjectHeader.KeyOf(header.AsSpan(0, read), repository);
                }
            }
        );

    /// <summary>Null where the blob is gone, or is none that this repository has sealed.</summary>
    public (KeyClass Class, uint Generation)? KeyOf(string name) => _keys.GetValueOrDefault(name);

    /// <summary>Whether it is sealed under a key of content or metadata of a generation below this one.</summary>
    public bool IsOld(string name, uint below) =>
        KeyOf(name) is { Class: KeyClass.Content or KeyClass.Metadata } key && key.Generation < below;

    /// <summary>
    /// Whether a blob of this name can be one of the format's sealed ones. Under any other name nobody reads it, whatever
    /// its header says: a copy of an old blob there keeps no key.
    /// </summary>
    private static bool IsName(string name) =>
        PackId.TryParseBlobName(name, out _)
        || ChunkIndexId.TryParseBlobName(name, out _)
        || LogNames.TryParse(name, out _)
        || SetCheckNames.TryParse(name, out _)
        || RunNames.TryParse(name);

    /// <summary>Every blob that is in the store now and sealed under one of these keys, with the key.</summary>
    /// <param name="withLog">Entries of the log are looked at as well.</param>
    public async Task<List<(BlobItem Blob, KeyClass Class, uint Generation)>> FindAsync(
        Func<KeyClass, uint, bool> isWanted,
        bool withLog,
        CancellationToken cancellationToken
    )
    {
        List<BlobItem> all = await blobs
            .ListAsync(string.Empty, cancellationToken)
            .Where(blob => IsName(blob.Name) && (withLog || !LogNames.TryParse(blob.Name, out _)))
            .ToListAsync(cancellationToken);
        await ReadAsync(all.Select(blob => blob.Name), cancellationToken);
        List<(BlobItem, KeyClass, uint)> found = [];
        foreach (BlobItem blob in all)
        {
            if (KeyOf(blob.Name) is { } key && isWanted(key.Class, key.Generation))
            {
                found.Add((blob, key.Class, key.Generation));
            }
        }

        return found;
    }
}
