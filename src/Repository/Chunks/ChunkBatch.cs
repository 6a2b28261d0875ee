using System.Buffers;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Blobs;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Packs;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository.Chunks;

/// <summary>
/// Reads many chunks whose places are known: in the order of the packs, what lies close together with one request, and
/// every frame is opened once, where its bytes were read to. Of a chunk that cannot be read nothing is told but that.
/// </summary>
internal sealed class ChunkBatch(
    IBlobStore blobs,
    KeyRing keys,
    ChunkKeys chunkKeys,
    PackWindows windows,
    FrameCache codecs
)
{
    private const int MaxGap = 64 << 10;

    /// <summary>
    /// Four chunks of a mebibyte, each with what it is sealed in, or eight where each request waits for a service.
    /// </summary>
    private readonly int _maxRange = Math.Clamp(blobs.PreferredBlobLength / 4, 4 << 20, 8 << 20) + MaxGap;

    /// <param name="places">Of the chunks, in any order.</param>
    /// <param name="chunkClass">Of them all.</param>
    /// <param name="take">Gets the number of a place and the chunk's bytes, which are gone when it returns.</param>
    /// <param name="cancellationToken">Ends it between two requests.</param>
    /// <returns>The numbers of the places that were not read.</returns>
    public async ValueTask<List<int>> ReadAsync(
        IReadOnlyList<ChunkPlace> places,
        ChunkClass chunkClass,
        Action<int, ReadOnlySpan<byte>> take,
        CancellationToken cancellationToken
    )
    {
        List<int> failed = [];
        foreach (ReadOnlyMemory<int> range in Ranges(places))
        {
            await ReadRangeAsync(places, range, chunkClass, take, failed, cancellationToken);
        }

        return failed;
    }

    /// <summary>The numbers of places that one request brings, in the order of the packs.</summary>
    public IEnumerable<ReadOnlyMemory<int>> Ranges(IReadOnlyList<ChunkPlace> places)
    {
        int[] order = [.. Enumerable.Range(0, places.Count)];
        Array.Sort(order, (left, right) => Compare(places[left], places[right]));
        for (int first = 0; first < order.Length; )
        {
            int next = EndOfRange(places, order, first);
            yield return order.AsMemory(first, next - first);
            first = next;
        }
    }

    private static int Compare(in ChunkPlace left, in ChunkPlace right)
    {
        int packs = left.Pack.Id.CompareTo(right.Pack.Id);
        return packs != 0 ? packs : (left.FrameOffset, left.Offset).CompareTo((right.FrameOffset, right.Offset));
    }

    private int EndOfRange(IReadOnlyList<ChunkPlace> places, int[] order, int first)
    {
        ChunkPlace start = places[order[first]];
        int end = EndOf(start);
        int next = first + 1;
        for (; next < order.Length; next++)
        {
            ChunkPlace place = places[order[next]];
            if (
                place.Pack != start.Pack
                || place.FrameOffset > end + MaxGap
                || EndOf(place) - StartOf(start) > _maxRange
            )
            {
                break;
            }

            end = Math.Max(end, EndOf(place));
        }

        return next;
    }

    /// <summary>A range near the start brings the header along.</summary>
    private static int StartOf(in ChunkPlace first) => first.FrameOffset <= MaxGap ? 0 : first.FrameOffset;

    private static int EndOf(in ChunkPlace place) => place.FrameOffset + place.SealedLength;

    private async ValueTask ReadRangeAsync(
        IReadOnlyList<ChunkPlace> places,
        ReadOnlyMemory<int> range,
        ChunkClass chunkClass,
        Action<int, ReadOnlySpan<byte>> take,
        List<int> failed,
        CancellationToken cancellationToken
    )
    {
        ChunkPlace first = places[range.Span[0]];
        PackEntry pack = first.Pack;

        int start = StartOf(first);
        int end = first.FrameOffset;
        foreach (int number in range.Span)
        {
            end = Math.Max(end, EndOf(places[number]));
        }

        NativeBuffer buffer = await RangeBuffers.RentAsync(end - start, cancellationToken);
        FrameCodec codec = codecs.RentCodec();
        try
        {
            using FrameCipher? cipher = await TryFetchAsync(
                pack,
                start,
                buffer.Memory[..(end - start)],
                cancellationToken
            );
            if (cipher is null)
            {
                failed.AddRange(range.Span);
                return;
            }

            Open(places, range.Span, chunkClass, take, failed, new SealedRange(buffer, start), cipher, codec);
        }
        finally
        {
            codecs.ReturnCodec(codec);
            RangeBuffers.Return(buffer);
        }
    }

    /// <returns>What opens the frames; null where the pack cannot be read.</returns>
    private async ValueTask<FrameCipher?> TryFetchAsync(
        PackEntry pack,
        int start,
        Memory<byte> bytes,
        CancellationToken cancellationToken
    )
    {
        string name = pack.Id.BlobName;
        try
        {
            ReadOnlyMemory<byte> header =
                start == 0
                    ? bytes[..ObjectHeader.Size]
                    : await windows.ReadHeaderAsync(pack, ObjectHeader.Size, cancellationToken);
            if (await blobs.ReadAsync(name, start, bytes, cancellationToken) != bytes.Length)
            {
                return null;
            }

            if (start == 0)
            {
                windows.KeepHeader(pack, header.Span);
            }

            return FrameCipher.Open(keys, (ObjectType)pack.Class, name, header.Span);
        }
        catch (PermanentException exception) when (exception.Kind == ErrorKind.Repository)
        {
            return null;
        }
    }

    private void Open(
        IReadOnlyList<ChunkPlace> places,
        ReadOnlySpan<int> range,
        ChunkClass chunkClass,
        Action<int, ReadOnlySpan<byte>> take,
        List<int> failed,
        SealedRange bytes,
        FrameCipher cipher,
        FrameCodec codec
    )
    {
        byte[] scratch = [];
        try
        {
            for (int i = 0; i < range.Length; )
            {
                ChunkPlace frame = places[range[i]];
                ReadOnlySpan<byte> plain = TryOpen(frame, bytes.Of(frame), cipher, codec, ref scratch);
                for (; i < range.Length && places[range[i]].FrameOffset == frame.FrameOffset; i++)
                {
                    ChunkPlace place = places[range[i]];
                    bool isWhole =
                        place.Offset <= plain.Length - place.Length
                        && chunkKeys.IdOf(chunkClass, plain.Slice(place.Offset, place.Length)) == place.Id;
                    if (isWhole)
                    {
                        take(range[i], plain.Slice(place.Offset, place.Length));
                    }
                    else
                    {
                        failed.Add(range[i]);
                    }
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(scratch);
        }
    }

    /// <returns>Nothing where the frame is damaged.</returns>
    private static ReadOnlySpan<byte> TryOpen(
        in ChunkPlace place,
        Span<byte> frame,
        FrameCipher cipher,
        FrameCodec codec,
        ref byte[] scratch
    )
    {
        try
        {
            return OpenedFrame.ReadInPlace(
                cipher,
                codec,
                (uint)place.Frame,
                frame,
                ChunkLimits.MaxChunkLength,
                ref scratch,
                place.Pack.Id.BlobName
            );
        }
        catch (PermanentException exception) when (exception.Kind == ErrorKind.Repository)
        {
            return default;
        }
    }

    /// <param name="Start">Where the bytes stand in their pack.</param>
    private readonly record struct SealedRange(NativeBuffer Bytes, int Start)
    {
        public Span<byte> Of(in ChunkPlace place) =>
            Bytes.GetSpan().Slice(place.FrameOffset - Start, place.SealedLength);
    }
}
