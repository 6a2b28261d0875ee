using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Checks;

/// <summary>
/// Follows a content reference down to its chunks and looks each of them up, without reading the content itself.
/// Thread-safe.
/// </summary>
internal sealed class ContentCheck(ChunkIndex index, IChunkSource chunks, PackInventory packs)
{
    /// <summary>
    /// Whether a chunk was asked for since this was last set that no index blob names which can be read.
    /// </summary>
    public bool LeansOnLostIndexes { get; set; }

    /// <summary>
    /// What is wrong with the content, or null. Packs that it needs are noted; a pack's own fault is said once, through
    /// <paramref name="packFault"/>.
    /// </summary>
    public async ValueTask<string?> FindFaultAsync(
        ContentRef content,
        ChunkClass chunkClass,
        Action<string> packFault,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await FindLossAsync(content, chunkClass, packFault, cancellationToken);
        }
        catch (PermanentException exception) when (exception.Kind == ErrorKind.Repository)
        {
            // One of its lists of chunks: nothing else is lost with it.
            return exception.Message.TrimEnd('.');
        }
    }

    /// <summary>The same of metadata chunks; the first fault.</summary>
    public async ValueTask<string?> FindFaultAsync(
        IAsyncEnumerable<ChunkId> ids,
        Action<string> packFault,
        CancellationToken cancellationToken
    )
    {
        string? fault = null;
        try
        {
            await foreach (ChunkId id in ids.WithCancellation(cancellationToken))
            {
                if (!TryPlace(id, ChunkClass.Metadata, packFault, out ChunkPlace place))
                {
                    fault ??= $"chunk {id} is stored nowhere";
                }
                else if (!packs.IsWhole(place.Pack))
                {
                    fault ??= $"its pack '{place.Pack.Id.BlobName}' is missing or cut";
                }
            }
        }
        catch (PermanentException exception) when (exception.Kind == ErrorKind.Repository)
        {
            fault ??= exception.Message.TrimEnd('.');
        }

        return fault;
    }

    /// <summary>
    /// Whether a chunk of the content stands in none but these packs and those that are not in the store; the content's
    /// lists of chunks can be read.
    /// </summary>
    public async ValueTask<bool> NeedsAsync(
        ContentRef content,
        IReadOnlySet<PackId> damaged,
        CancellationToken cancellationToken
    )
    {
        await foreach ((ChunkId id, bool isList) in chunks.WalkAsync(content, cancellationToken))
        {
            IReadOnlyList<ChunkPlace> places = isList ? [] : index.Find(id);
            if (
                places.Any(place => damaged.Contains(place.Pack.Id))
                && !places.Any(place => packs.IsWhole(place.Pack) && !damaged.Contains(place.Pack.Id))
            )
            {
                return true;
            }
        }

        return false;
    }

    private async ValueTask<string?> FindLossAsync(
        ContentRef content,
        ChunkClass chunkClass,
        Action<string> packFault,
        CancellationToken cancellationToken
    )
    {
        UInt128 length = 0;
        PackEntry? lost = null;
        if (content.Depth == 0)
        {
            foreach (ChunkId id in content.Chunks)
            {
                if (!TryPlace(id, chunkClass, packFault, out ChunkPlace place))
                {
                    return $"chunk {id} is stored nowhere";
                }

                lost ??= packs.IsWhole(place.Pack) ? null : place.Pack;
                length += (UInt128)place.Length;
            }

            return FaultOf(content, lost, length);
        }

        await foreach ((ChunkId id, bool isList) in chunks.WalkAsync(content, cancellationToken))
        {
            if (isList)
            {
                // One that is nowhere is said by whoever reads it next.
                TryPlace(id, ChunkClass.Metadata, packFault, out _);
                continue;
            }

            if (!TryPlace(id, chunkClass, packFault, out ChunkPlace place))
            {
                return $"chunk {id} is stored nowhere";
            }

            lost ??= packs.IsWhole(place.Pack) ? null : place.Pack;
            length += (UInt128)place.Length;
        }

        return FaultOf(content, lost, length);
    }

    private static string? FaultOf(ContentRef content, PackEntry? lost, UInt128 length) =>
        lost is { } pack ? $"its pack '{pack.Id.BlobName}' is missing or cut"
        : length != (UInt128)content.Length ? $"its chunks have {length} bytes, not {content.Length}"
        : null;

    private bool TryPlace(ChunkId id, ChunkClass chunkClass, Action<string> packFault, out ChunkPlace place)
    {
        // Content, dump and index share their id key, so that a chunk of one may serve another.
        if (
            !index.TryFind(id, out place)
            || (place.Pack.Class == ChunkClass.Metadata) != (chunkClass == ChunkClass.Metadata)
        )
        {
            LeansOnLostIndexes |= !index.Lost.IsEmpty;
            return false;
        }

        // A reader goes on to the next place as well.
        if (
            !packs.IsWhole(place.Pack)
            && index.Find(id).FirstOrDefault(other => packs.IsWhole(other.Pack)) is { Length: > 0 } again
        )
        {
            packs.NoteReplaced(place.Pack);
            place = again;
        }

        LeansOnLostIndexes |= !index.Lost.IsEmpty && !LeansOnLostIndexes && index.IsRebuilt(place);
        if (packs.Need(place.Pack) is { } fault)
        {
            packFault(fault);
        }

        return true;
    }
}
