using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository;

/// <summary>The index blobs of a run, in the order in which the manifest names them.</summary>
/// <param name="Chunks">Rows in all of them.</param>
/// <param name="AddedBytes">Bytes of the packs that these rows name, each once, and of the index blobs themselves.</param>
public sealed record AddedIndexes(ImmutableArray<IndexBlob> Indexes, long Chunks, long AddedBytes);

/// <summary>
/// Pages are taken in order of their names, and their rows are sorted within each blob only: neighbouring pages share packs, so each blob names few packs, and the merged
/// chunk index sorts all blobs anyway. Holds the rows of one blob in memory.
/// </summary>
internal sealed class RunIndexMerger(IBlobStore blobs, IObjectSealer sealer, WriteOnce store)
{
    public const int RowsPerBlob = 131_072;

    private readonly IndexRows _rows = new();
    private readonly List<IndexBlob> _indexes = [];
    private readonly HashSet<PackId> _packs = [];
    private long _chunks;
    private long _bytes;

    /// <summary>Takes the pages that a listing shows, and asks by name for those that must be there and that it does not show.</summary>
    public async Task<AddedIndexes> MergeAsync(RunId run, IEnumerable<string> expected, CancellationToken cancellationToken)
    {
        HashSet<string> unseen = [.. expected.Select(page => RunNames.Page(run, page))];
        string prefix = RunNames.Prefix(run);
        await foreach (BlobItem item in blobs.ListAsync(prefix, cancellationToken))
        {
            if (RunNames.IsPage(item.Name[prefix.Length..]))
            {
                unseen.Remove(item.Name);
                await AddAsync(await RunPages.ReadAsync(blobs, sealer, item.Name, cancellationToken), cancellationToken);
            }
        }

        foreach (string name in unseen.Order(StringComparer.Ordinal))
        {
            PageContent page = await RunPages.TryReadAsync(blobs, sealer, name, cancellationToken)
                ?? throw new PermanentException(ErrorKind.Repository, $"The result page '{name}' is gone from {blobs.Location}, and with it the places of chunks. Start a new backup.");
            await AddAsync(page, cancellationToken);
        }

        await FlushAsync(cancellationToken);
        return new AddedIndexes([.. _indexes], _chunks, _bytes);
    }

    private async ValueTask AddAsync(PageContent page, CancellationToken cancellationToken)
    {
        foreach (ChunkPlace place in page.Rows.Places)
        {
            await AddAsync(place, cancellationToken);
        }
    }

    private async ValueTask AddAsync(ChunkPlace place, CancellationToken cancellationToken)
    {
        if (_packs.Add(place.Pack.Id))
        {
            _bytes += place.Pack.Length;
        }

        _rows.Add(place);
        if (_rows.Count == RowsPerBlob)
        {
            await FlushAsync(cancellationToken);
        }
    }

    private async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (_rows.Count == 0)
        {
            return;
        }

        byte[] random = RandomNumberGenerator.GetBytes(16);
        var id = new IndexId(BinaryPrimitives.ReadUInt128BigEndian(random));
        byte[] blob = sealer.Seal(ObjectType.Index, id.BlobName, _rows.Encode());
        await store.PutAsync(id.BlobName, blob, cancellationToken);
        _indexes.Add(new IndexBlob(id, _rows.Count));
        _chunks += _rows.Count;
        _bytes += blob.Length;
        _rows.Clear();
    }
}
