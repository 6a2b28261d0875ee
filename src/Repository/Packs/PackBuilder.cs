using System.Buffers.Binary;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Blobs;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Packs;

/// <summary>
/// One pack in the making, whole in memory. Small chunks gather in frames of up to 256 KiB, those that compress in one and
/// those that do not in another, so that neither spoils the other's; a larger one has a frame of its own. Every frame is
/// opened and compared as soon as it is sealed. The id and the salt are drawn here, anew for each attempt. For one thread
/// at a time; the caller owns the buffer.
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
    private const int ShortestNoise = 256;

    private const int FrameOverhead = FrameCodec.PrefixSize + FrameCipher.TagSize;

    private readonly NativeBuffer _buffer;
    private readonly FrameCodec _codec;
    private readonly FrameCipher _cipher;
    private readonly PackDirectory _directory = new();
    private readonly SharedFrame _shared = new();

    /// <summary>Of what does not compress, such as pictures and lists of ids: it is stored as it is.</summary>
    private readonly SharedFrame _noise = new();
    private readonly string _blobName;
    private readonly int _target;
    private int _chunks;
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
        if (_chunks == 0)
        {
            return true;
        }

        // Three further frames at most: the shared ones that stand open and one for the new chunk.
        int frames = _position + _shared.Length + _noise.Length + length + (3 * FrameOverhead);
        int directory = PackDirectory.LengthOf(_directory.Frames.Count + 3, _chunks + 1);
        int end = frames + directory + FrameOverhead + PackDirectory.TrailerSize;
        int target = _chunks < ManyChunks ? _target : Math.Min(_target, ManyChunksTarget);
        return end <= target && _chunks < MaxChunks;
    }

    /// <summary>Adds a chunk that <see cref="Fits"/>.</summary>
    public void Add(ChunkId id, ReadOnlySpan<byte> plain)
    {
        _chunks++;
        if (plain.Length > ChunkLimits.SharedFrameLength)
        {
            _directory.Chunks.Add(new DirectoryChunk(id, _directory.Frames.Count, 0, plain.Length));
            WriteFrame(plain, compress: true);
            return;
        }

        SharedFrame frame = IsNoise(plain) ? _noise : _shared;
        if (!frame.Fits(plain.Length))
        {
            Close(frame);
        }

        frame.Add(id, plain);
    }

    /// <summary>Writes the directory and the trailer. The bytes live in the buffer.</summary>
    public FinishedPack Finish()
    {
        Close(_noise);
        Close(_shared);
        int frames = _directory.Frames.Count;
        byte[] plain = new byte[_directory.EncodedLength];
        _directory.Encode(plain);
        int directoryAt = _position;
        int sealedLength = SealFrame((uint)frames, last: true, compress: true, plain);
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
        _shared.Dispose();
        _noise.Dispose();
    }

    /// <summary>Dumps always compress, and very short chunks are not worth a look.</summary>
    private bool IsNoise(ReadOnlySpan<byte> plain) =>
        Class != ChunkClass.Dump && plain.Length >= ShortestNoise && !_codec.Pays(plain);

    private void Close(SharedFrame frame)
    {
        if (!frame.IsEmpty)
        {
            int number = _directory.Frames.Count;
            WriteFrame(frame.Plain, compress: frame != _noise);
            frame.MoveTo(_directory, number);
        }
    }

    private void WriteFrame(ReadOnlySpan<byte> plain, bool compress)
    {
        int offset = _position;
        int sealedLength = SealFrame((uint)_directory.Frames.Count, last: false, compress, plain);
        _directory.Frames.Add(new FrameEntry(offset, sealedLength, plain.Length));
    }

    private int SealFrame(uint number, bool last, bool compress, ReadOnlySpan<byte> plain)
    {
        Span<byte> room = _buffer.GetSpan()[_position..];
        int payload = compress ? _codec.Encode(plain, room, Class) : FrameCodec.Store(plain, room);
        Span<byte> frame = room[..(payload + FrameCipher.TagSize)];
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
