using System.Buffers;
using System.Buffers.Binary;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Blobs;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Packs;

/// <summary>
/// One pack in the making, whole in memory. Small chunks gather in a frame of up to 256 KiB, a larger one has a frame
/// of its own; every frame is opened and compared as soon as it is sealed. The id and the salt are drawn here, anew for
/// each attempt. For one thread at a time; the caller owns the buffer.
/// </summary>
internal sealed class PackBuilder : IDisposable
{
    /// <summary>
    /// Two chunks of 16 MiB and what goes around them; only what is written takes memory.
    /// </summary>
    public const int ContentCapacity = (32 << 20) + Around;

    /// <summary>Headers, tags, directory and trailer of a pack of large chunks take less.</summary>
    private const int Around = 1 << 20;

    /// <summary>
    /// A pack of many small chunks is closed at this length: they take as much memory beside the pack, for its
    /// directory, receipt and rows, as is saved here.
    /// </summary>
    private const int ManyChunksTarget = 8 << 20;

    private const int ManyChunks = 8192;

    /// <summary>
    /// A chunk of 16 MiB must fit; a pack is closed at <see cref="MetadataTarget"/>, and only what is written takes
    /// memory.
    /// </summary>
    public const int MetadataCapacity = (16 << 20) + (1 << 20);

    public const int MetadataTarget = 4 << 20;

    /// <summary>Of four packs on their way and what waits to be stored, the rows fit into one index blob.</summary>
    private const int MaxChunks = 131_072;
    private const int FrameOverhead = FrameCodec.PrefixSize + FrameCipher.TagSize;

    private readonly NativeBuffer _buffer;
    private readonly FrameCodec _codec;
    private readonly FrameCipher _cipher;
    private readonly PackDirectory _directory = new();
    private readonly byte[] _shared = ArrayPool<byte>.Shared.Rent(ChunkLimits.SharedFrameLength);
    private readonly string _blobName;
    private readonly int _target;
    private int _sharedLength;
    private int _sharedChunks;
    private int _position;

    /// <param name="below">The pack's id is lower than this one; null: any.</param>
    /// <param name="target">
    /// Bytes that the pack does not exceed unless one chunk alone does; of a pack of metadata it is always
    /// <see cref="MetadataTarget"/>.
    /// </param>
    public PackBuilder(
        KeyRing keys,
        ChunkClass chunkClass,
        NativeBuffer buffer,
        FrameCodec codec,
        PackId? below = null,
        int target = ContentCapacity
    )
    {
        Id = PackId.Draw(chunkClass, below);
        Class = chunkClass;
        _blobName = Id.BlobName;
        _buffer = buffer;
        _codec = codec;
        _target = chunkClass == ChunkClass.Metadata ? MetadataTarget : Math.Min(target, buffer.Capacity);
        _cipher = FrameCipher.Create(keys, (ObjectType)chunkClass, _blobName);
        _cipher.Header.CopyTo(buffer.GetSpan());
        _position = ObjectHeader.Size;
    }

    public PackId Id { get; }

    public ChunkClass Class { get; }

    public NativeBuffer Buffer => _buffer;

    /// <summary>
    /// How long a pack may be in a store that prefers blobs of a length: at least one chunk of 16 MiB, at most
    /// <see cref="ContentCapacity"/>.
    /// </summary>
    public static int TargetFor(int preferredBlobLength) =>
        Math.Clamp(preferredBlobLength + Around, ChunkLimits.MaxChunkLength + Around, ContentCapacity);

    /// <summary>Whether another chunk fits, with everything that still has to follow.</summary>
    public bool Fits(int length)
    {
        if (_directory.Chunks.Count == 0)
        {
            return true;
        }

        // Two further frames at most: the shared one that stands open and one for the new chunk.
        int frames = _position + _sharedLength + length + (2 * FrameOverhead);
        int directory = _directory.EncodedLength + (2 * PackDirectory.FrameSize) + PackDirectory.ChunkSize;
        int end = frames + directory + FrameOverhead + PackDirectory.TrailerSize;
        int target = _directory.Chunks.Count < ManyChunks ? _target : Math.Min(_target, ManyChunksTarget);
        return end <= target && _directory.Chunks.Count < MaxChunks;
    }

    /// <summary>Adds a chunk that <see cref="Fits"/>.</summary>
    public void Add(ChunkId id, ReadOnlySpan<byte> plain)
    {
        if (plain.Length > ChunkLimits.SharedFrameLength)
        {
            // The shared frame is closed first: numbers of frames then rise with the order in which chunks came.
            CloseSharedFrame();
            _directory.Chunks.Add(new DirectoryChunk(id, _directory.Frames.Count, 0, plain.Length));
            WriteFrame(plain);
            return;
        }

        if (_sharedLength + plain.Length > ChunkLimits.SharedFrameLength)
        {
            CloseSharedFrame();
        }

        plain.CopyTo(_shared.AsSpan(_sharedLength));
        _directory.Chunks.Add(new DirectoryChunk(id, _directory.Frames.Count, _sharedLength, plain.Length));
        _sharedLength += plain.Length;
        _sharedChunks++;
    }

    /// <summary>Writes the directory and the trailer. The bytes live in the buffer.</summary>
    public FinishedPack Finish()
    {
        CloseSharedFrame();
        int frames = _directory.Frames.Count;
        byte[] plain = new byte[_directory.EncodedLength];
        _directory.Encode(plain);
        int directoryAt = _position;
        int sealedLength = SealFrame((uint)frames, last: true, plain);
        Span<byte> trailer = _buffer.GetSpan().Slice(_position, PackDirectory.TrailerSize);
        BinaryPrimitives.WriteInt32LittleEndian(trailer, directoryAt);
        BinaryPrimitives.WriteInt32LittleEndian(trailer[4..], sealedLength);
        BinaryPrimitives.WriteInt32LittleEndian(trailer[8..], frames);
        PackDirectory.TrailerMagic.CopyTo(trailer[12..]);
        _position += PackDirectory.TrailerSize;

        return new FinishedPack(new PackEntry(Id, _position, Class), _buffer, _directory);
    }

    public void Dispose()
    {
        _cipher.Dispose();
        ArrayPool<byte>.Shared.Return(_shared);
    }

    private void CloseSharedFrame()
    {
        if (_sharedChunks > 0)
        {
            WriteFrame(_shared.AsSpan(0, _sharedLength));
            (_sharedLength, _sharedChunks) = (0, 0);
        }
    }

    private void WriteFrame(ReadOnlySpan<byte> plain)
    {
        int offset = _position;
        int sealedLength = SealFrame((uint)_directory.Frames.Count, last: false, plain);
        _directory.Frames.Add(new FrameEntry(offset, sealedLength, plain.Length));
    }

    private int SealFrame(uint number, bool last, ReadOnlySpan<byte> plain)
    {
        int payload = _codec.Encode(plain, _buffer.GetSpan()[_position..]);
        Span<byte> frame = _buffer.GetSpan().Slice(_position, payload + FrameCipher.TagSize);
        _cipher.Seal(number, last, frame);
        if (!FrameProof.Opens(_cipher, _codec, number, last, frame, plain, _blobName))
        {
            throw new PermanentException(
                ErrorKind.Unexpected,
                $"Pack '{_blobName}' does not open to what was sealed. Test this machine's memory."
            );
        }

        _position += frame.Length;
        return frame.Length;
    }
}

/// <summary>A pack that is ready to be stored; its bytes live in <paramref name="Buffer"/>.</summary>
internal sealed record FinishedPack(PackEntry Entry, NativeBuffer Buffer, PackDirectory Directory)
{
    /// <summary>Its rows, made as they are read: as an array they would take three times the directory.</summary>
    public IEnumerable<ChunkPlace> Places => Directory.PlacesIn(Entry);

    public ReadOnlyMemory<byte> Bytes => Buffer.Memory[..Entry.Length];
}
