using System.Collections.Immutable;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository.Runs;

/// <summary>The index blobs of a run, in the order in which the manifest names them.</summary>
/// <param name="Chunks">Rows in all of them.</param>
/// <param name="AddedBytes">
/// Bytes of the packs that these rows name, each once, and of the index blobs themselves.
/// </param>
public sealed record AddedChunkIndexes(ImmutableArray<ChunkIndexBlob> Indexes, long Chunks, long AddedBytes);

/// <summary>
/// Pages are taken in order of their names, and their rows are sorted within each blob only: neighbouring pages share
/// packs, so each blob names few packs, and the merged chunk index sorts all blobs anyway. Index blobs that a page
/// names are taken as they are. Holds the rows of two blobs in memory at most.
/// </summary>
internal sealed class RunChunkIndexMerger(SealedBlobs blobs)
{
    private readonly ChunkIndexRows _rows = new();
    private readonly List<ChunkIndexBlob> _indexes = [];
    private readonly HashSet<PackId> _packs = [];
    private long _chunks;
    private long _bytes;

    /// <summary>
    /// Takes the pages that a listing shows, and asks by name for those that must be there and that it does not show.
    /// Where this process has all in memory that must be there, it takes those that it knows of.
    /// </summary>
    public async Task<AddedChunkIndexes> MergeAsync(
        RunId run,
        IEnumerable<string> expected,
        RunChunkIndex? known,
        CancellationToken cancellationToken
    )
    {
        HashSet<string> unseen = [.. expected.Select(page => RunNames.Page(run, page))];
        if (known is not null && unseen.All(page => known.TryGetPage(page) is not null))
        {
            unseen.UnionWith(known.KnownPages);
        }
        else
        {
            await AddListedAsync(run, unseen, known, cancellationToken);
        }

        foreach (string name in unseen.Order(StringComparer.Ordinal))
        {
            PageContent page =
                known?.TryGetPage(name)
                ?? await RunPages.TryReadAsync(blobs, name, cancellationToken)
                ?? throw new PermanentException(
                    ErrorKind.Repository,
                    $"The result page '{name}' is gone from {blobs.Store.Location}, and with it the places of chunks. "
                        + "Start a new backup."
                );
            await AddAsync(page, cancellationToken);
        }

        await FlushAsync(cancellationToken);
        return new AddedChunkIndexes([.. _indexes], _chunks, _bytes);
    }

    private async Task AddListedAsync(
        RunId run,
        HashSet<string> unseen,
        RunChunkIndex? known,
        CancellationToken cancellationToken
    )
    {
        string prefix = RunNames.Prefix(run);
        await foreach (BlobItem item in blobs.Store.ListAsync(prefix, cancellationToken))
        {
            if (RunNames.IsPage(item.Name[prefix.Length..]))
            {
                unseen.Remove(item.Name);
                await AddAsync(
                    known?.TryGetPage(item.Name) ?? await RunPages.ReadAsync(blobs, item.Name, cancellationToken),
                    cancellationToken
                );
            }
        }
    }

    private async ValueTask AddAsync(PageContent page, CancellationToken cancellationToken)
    {
        foreach (ChunkIndexBlob index in page.Indexes)
        {
            (ChunkIndexTable rows, int length) = await ChunkIndexBlobs.ReadAsync(blobs, index, cancellationToken);
            foreach (PackEntry pack in rows.Packs)
            {
                Count(pack);
            }

            Name(index, length);
        }

        foreach (ChunkPlace place in page.Rows.Places)
        {
            await AddAsync(place, cancellationToken);
        }
    }

    private async ValueTask AddAsync(ChunkPlace place, CancellationToken cancellationToken)
    {
        Count(place.Pack);
        _rows.Add(place);
        if (_rows.Count == ChunkIndexBlobs.UsualRows)
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

        (ChunkIndexBlob index, int length) = await ChunkIndexBlobs.WriteAsync(blobs, _rows, cancellationToken);
        _rows.Clear();
        Name(index, length);
    }

    private void Name(ChunkIndexBlob index, int length)
    {
        _indexes.Add(index);
        _chunks += index.Rows;
        _bytes += length;
    }

    private void Count(PackEntry pack)
    {
        if (_packs.Add(pack.Id))
        {
            _bytes += pack.Length;
        }
    }
}
