using System.Runtime.CompilerServices;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository.Packs;

/// <summary>Goes through the packs that are in the store and reads their directories, some at once.</summary>
internal sealed class PackScan(IBlobStore blobs, KeyRing keys)
{
    private const int PacksAtOnce = 16;

    private readonly PackDirectoryReader _reader = new(blobs, keys);

    /// <summary>
    /// Packs whose directory does not authenticate: what is in them cannot be told. Whoever may write to the store
    /// could have put them there.
    /// </summary>
    public int Unreadable { get; private set; }

    /// <summary>The places of each pack's chunks, by the ids of the packs.</summary>
    /// <param name="passOver">Packs that are not read.</param>
    public async IAsyncEnumerable<ChunkPlace[]> ReadAsync(
        Func<PackId, bool> passOver,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        IAsyncEnumerable<(PackId Id, long Length)[]> groups = ListAsync(passOver, cancellationToken).Chunk(PacksAtOnce);
        await foreach ((PackId Id, long Length)[] packs in groups.WithCancellation(cancellationToken))
        {
            ChunkPlace[]?[] read = await Task.WhenAll(
                packs.Select(pack => TryReadAsync(pack.Id, pack.Length, cancellationToken))
            );
            foreach (ChunkPlace[]? places in read)
            {
                if (places is null)
                {
                    Unreadable++;
                    continue;
                }

                yield return places;
            }
        }
    }

    private async IAsyncEnumerable<(PackId Id, long Length)> ListAsync(
        Func<PackId, bool> passOver,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await foreach (BlobItem item in blobs.ListAsync("packs/", cancellationToken))
        {
            if (PackId.TryParseBlobName(item.Name, out PackId id) && !passOver(id))
            {
                yield return (id, item.Length);
            }
        }
    }

    private async Task<ChunkPlace[]?> TryReadAsync(PackId id, long length, CancellationToken cancellationToken)
    {
        try
        {
            return await _reader.ReadAsync(id, length, cancellationToken);
        }
        catch (PermanentException exception) when (exception.Kind == ErrorKind.Repository)
        {
            return null;
        }
    }
}
