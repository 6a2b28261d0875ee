using System.Collections.Concurrent;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Packs;
using AlfrescoBackupFlows.Repository.Runs;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository.Chunks;

/// <summary>
/// Chunks by id: the place from the indexes, a range of the pack, the frame, the chunk; its id is recomputed each time.
/// Where the pack of a place is lost or damaged the next place is tried: a chunk that was stored again is found there.
/// Frames that hold several chunks are kept for a while, and reading on from where the last read ended fetches more
/// with each request. Thread-safe; memory is bounded.
/// </summary>
internal sealed class ChunkReader(
    IBlobStore blobs,
    KeyRing keys,
    ChunkKeys chunkKeys,
    ChunkIndex index,
    RunChunkIndex? run
) : IChunkSource
{
    private readonly FrameCache _frames = new();
    private readonly PackWindows _windows = new(blobs);

    /// <summary>Packs that failed: they are tried last from then on, so that a lost one costs one request.</summary>
    private readonly ConcurrentDictionary<PackId, bool> _failed = new();

    private ChunkBatch Batch => new(blobs, keys, chunkKeys, _windows, _frames);

    public async ValueTask<byte[]> ReadChunkAsync(
        ChunkId id,
        ChunkClass chunkClass,
        CancellationToken cancellationToken
    )
    {
        ChunkPlace place = await FindAsync(id, cancellationToken);
        (byte[]? chunk, PermanentException? damage) = _failed.ContainsKey(place.Pack.Id)
            ? default
            : await TryReadAsync(place, chunkClass, cancellationToken);
        return chunk ?? await ReadElsewhereAsync(place, damage, chunkClass, cancellationToken);
    }

    public async ValueTask<IReadOnlyList<int>> ReadManyAsync(
        IReadOnlyList<ChunkId> ids,
        ChunkClass chunkClass,
        Action<int, ReadOnlySpan<byte>> take,
        CancellationToken cancellationToken
    )
    {
        (List<int> numbers, List<ChunkPlace> places, List<int> notRead) = FindMany(ids);
        List<int> failed = await Batch.ReadAsync(
            places,
            chunkClass,
            (number, chunk) => take(numbers[number], chunk),
            cancellationToken
        );
        notRead.AddRange(failed.Select(number => numbers[number]));
        return notRead;
    }

    /// <summary>Those of which no place can be read are a group of their own.</summary>
    public IReadOnlyList<IReadOnlyList<int>> Arrange(IReadOnlyList<ChunkId> ids)
    {
        (List<int> numbers, List<ChunkPlace> places, List<int> notRead) = FindMany(ids);
        List<IReadOnlyList<int>> groups = [];
        foreach (ReadOnlyMemory<int> range in Batch.Ranges(places))
        {
            groups.Add([.. range.ToArray().Select(number => numbers[number])]);
        }

        if (notRead.Count > 0)
        {
            groups.Add(notRead);
        }

        return groups;
    }

    public Stream OpenRead(ContentRef content, ChunkClass chunkClass) => new ChunkReadStream(this, content, chunkClass);

    /// <summary>
    /// Tries every place but one whose damage is known; of packs that all failed the first damage is thrown.
    /// </summary>
    private async Task<byte[]> ReadElsewhereAsync(
        ChunkPlace first,
        PermanentException? damage,
        ChunkClass chunkClass,
        CancellationToken cancellationToken
    )
    {
        IEnumerable<ChunkPlace> places = index.Find(first.Id);
        if (run is not null && run.TryFind(first.Id, out ChunkPlace own))
        {
            places = places.Append(own);
        }

        ChunkPlace[] others =
        [
            .. places
                .Where(place => damage is null || place != first)
                .OrderBy(place => _failed.ContainsKey(place.Pack.Id)),
        ];
        foreach (ChunkPlace place in others)
        {
            (byte[]? chunk, PermanentException? why) = await TryReadAsync(place, chunkClass, cancellationToken);
            if (chunk is not null)
            {
                return chunk;
            }

            damage ??= why;
        }

        throw damage!;
    }

    private async ValueTask<(byte[]? Chunk, PermanentException? Damage)> TryReadAsync(
        ChunkPlace place,
        ChunkClass chunkClass,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return (await ReadAsync(place, chunkClass, cancellationToken), null);
        }
        catch (PermanentException exception) when (exception.Kind == ErrorKind.Repository)
        {
            _failed.TryAdd(place.Pack.Id, true);
            return (null, exception);
        }
    }

    private async ValueTask<byte[]> ReadAsync(
        ChunkPlace place,
        ChunkClass chunkClass,
        CancellationToken cancellationToken
    )
    {
        string name = place.Pack.Id.BlobName;
        byte[] frame = _frames.TryGet(place) ?? await ReadFrameAsync(place, name, cancellationToken);
        if (place.Offset > frame.Length - place.Length)
        {
            throw Damage.In(name, $"chunk {place.Id} does not lie within its frame");
        }

        if (chunkKeys.IdOf(chunkClass, frame.AsSpan(place.Offset, place.Length)) != place.Id)
        {
            throw Damage.In(name, $"chunk {place.Id} does not have the bytes that its id says");
        }

        return frame.Length == place.Length ? frame : frame.AsSpan(place.Offset, place.Length).ToArray();
    }

    /// <returns>The places to read, with the numbers of their ids, and the numbers of the other ids.</returns>
    private (List<int> Numbers, List<ChunkPlace> Places, List<int> NotRead) FindMany(IReadOnlyList<ChunkId> ids)
    {
        List<int> notRead = [];
        List<int> numbers = new(ids.Count);
        List<ChunkPlace> places = new(ids.Count);
        for (int i = 0; i < ids.Count; i++)
        {
            if (TryFind(ids[i], out ChunkPlace place) && !_failed.ContainsKey(place.Pack.Id))
            {
                numbers.Add(i);
                places.Add(place);
            }
            else
            {
                notRead.Add(i);
            }
        }

        return (numbers, places, notRead);
    }

    private bool TryFind(ChunkId id, out ChunkPlace place) =>
        index.TryFind(id, out place) || (run is not null && run.TryFind(id, out place));

    private async ValueTask<ChunkPlace> FindAsync(ChunkId id, CancellationToken cancellationToken)
    {
        if (TryFind(id, out ChunkPlace place))
        {
            return place;
        }

        // Another process of the same run may have stored it meanwhile, and another reader of this process may have
        // just read that.
        if (run is not null)
        {
            await run.RefreshAsync(cancellationToken);
            if (run.TryFind(id, out place))
            {
                return place;
            }
        }

        throw Damage.InPart("its chunk index", $"chunk {id} is in no pack");
    }

    private async Task<byte[]> ReadFrameAsync(ChunkPlace place, string name, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> header = await _windows.ReadHeaderAsync(
            place.Pack,
            place.FrameOffset + place.SealedLength,
            cancellationToken
        );
        ReadOnlyMemory<byte> sealedFrame = await _windows.ReadAsync(
            place.Pack,
            place.FrameOffset,
            place.SealedLength,
            cancellationToken
        );
        using FrameCipher cipher = FrameCipher.Open(keys, (ObjectType)place.Pack.Class, name, header.Span);
        FrameCodec codec = _frames.RentCodec();
        byte[] frame;
        try
        {
            frame = OpenedFrame.Read(
                cipher,
                codec,
                (uint)place.Frame,
                last: false,
                sealedFrame.Span,
                ChunkLimits.MaxChunkLength,
                name
            );
        }
        finally
        {
            _frames.ReturnCodec(codec);
        }

        if (frame.Length > place.Length)
        {
            _frames.Add(place, frame);
        }

        return frame;
    }
}
