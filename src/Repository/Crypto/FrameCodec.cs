using System.Buffers.Binary;
using AlfrescoBackupFlows.Repository.Format;
using ZstdNet;

namespace AlfrescoBackupFlows.Repository.Crypto;

/// <summary>
/// Payloads: <c>u8 codec || u32 plain length || data</c>. Compresses with zstd where a probe of a few KiB says that it
/// pays, so that content which is compressed already costs no CPU. Holds native contexts that are used again and again;
/// not for several threads at once.
/// </summary>
internal sealed class FrameCodec : IDisposable
{
    public const int PrefixSize = 5;
    public const int MaxPlainLength = 67_108_864;

    private const byte Stored = 0;
    private const byte Zstd = 1;
    private const int SampleSize = 4096;
    private const int MaxSamples = 4;

    // Below this a zstd frame's own overhead eats what it saves.
    private const int MinCompressible = 64;

    /// <summary>The middle of a dump's frame, by which its level is chosen.</summary>
    private const int DumpSampleSize = 16 << 10;

    private readonly Compressor _usual = new(new CompressionOptions(3));
    private readonly Compressor _fast = new(new CompressionOptions(1));
    private readonly Lazy<Compressor> _better = new(static () => new Compressor(new CompressionOptions(4)));
    private readonly Lazy<Compressor> _most = new(static () => new Compressor(new CompressionOptions(6)));
    private readonly Decompressor _decompressor = new();
    private readonly byte[] _sample = new byte[SampleSize * MaxSamples];
    private readonly byte[] _sampleOut = new byte[Compressor.GetCompressBound(SampleSize * MaxSamples)];

    /// <summary>
    /// Writes the payload of <paramref name="plain"/> to <paramref name="destination"/>, which has room for
    /// <see cref="PrefixSize"/> bytes more. Returns its length.
    /// </summary>
    /// <param name="chunkClass">Of the chunks in it; null: of none, such as an entry of the log.</param>
    public int Encode(ReadOnlySpan<byte> plain, Span<byte> destination, ChunkClass? chunkClass = null)
    {
        if (Pays(plain))
        {
            Span<byte> data = destination.Slice(PrefixSize, plain.Length);
            int length = Compress(CompressorOf(chunkClass, plain), plain, data);
            if (length > 0)
            {
                destination[0] = Zstd;
                BinaryPrimitives.WriteUInt32LittleEndian(destination[1..], (uint)plain.Length);
                return PrefixSize + length;
            }
        }

        return Store(plain, destination);
    }

    /// <summary>Writes the payload as <see cref="Encode"/> does, without a try to compress it.</summary>
    public static int Store(ReadOnlySpan<byte> plain, Span<byte> destination)
    {
        destination[0] = Stored;
        BinaryPrimitives.WriteUInt32LittleEndian(destination[1..], (uint)plain.Length);
        plain.CopyTo(destination[PrefixSize..]);
        return PrefixSize + plain.Length;
    }

    /// <summary>Whether samples taken evenly over the plain bytes shrink by a twentieth or more.</summary>
    public bool Pays(ReadOnlySpan<byte> plain)
    {
        if (plain.Length < MinCompressible)
        {
            return false;
        }

        int samples = Math.Clamp(plain.Length / (16 * SampleSize), 1, MaxSamples);
        int size = Math.Min(SampleSize, plain.Length);
        int stride = plain.Length / samples;
        for (int i = 0; i < samples; i++)
        {
            plain.Slice((i * stride) + ((stride - size) / 2), size).CopyTo(_sample.AsSpan(i * size));
        }

        int length = Compress(_fast, _sample.AsSpan(0, samples * size), _sampleOut);
        return length > 0 && length <= samples * (size - (size / 20));
    }

    /// <summary>The plain length that an authenticated payload claims, bounded by the format.</summary>
    public static int PlainLength(ReadOnlySpan<byte> payload, string blobName)
    {
        if (payload.Length < PrefixSize)
        {
            throw Damage.In(blobName, "a frame is too short");
        }

        uint length = BinaryPrimitives.ReadUInt32LittleEndian(payload[1..]);
        return length <= MaxPlainLength
            ? (int)length
            : throw Damage.In(blobName, $"a frame claims {length} plain bytes");
    }

    public static bool IsStored(ReadOnlySpan<byte> payload) => payload[0] == Stored;

    /// <summary>Decodes into <paramref name="plain"/>, which has exactly the payload's plain length.</summary>
    public void Decode(ReadOnlySpan<byte> payload, Span<byte> plain, string blobName)
    {
        ReadOnlySpan<byte> data = payload[PrefixSize..];
        switch (payload[0])
        {
            case Stored when data.Length == plain.Length:
                data.CopyTo(plain);
                return;
            case Zstd:
                Decompress(data, plain, blobName);
                return;
            default:
                throw Damage.In(blobName, "a frame does not decode to the length it names");
        }
    }

    public void Dispose()
    {
        _usual.Dispose();
        _fast.Dispose();
        foreach (Lazy<Compressor> compressor in (Lazy<Compressor>[])[_better, _most])
        {
            if (compressor.IsValueCreated)
            {
                compressor.Value.Dispose();
            }
        }

        _decompressor.Dispose();
    }

    private void Decompress(ReadOnlySpan<byte> data, Span<byte> plain, string blobName)
    {
        int length;
        try
        {
            length = _decompressor.Unwrap(data, plain, bufferSizePrecheck: false);
        }
        catch (Exception exception) when (exception is ZstdException or ArgumentException)
        {
            throw Damage.In(blobName, "a frame does not decompress", exception);
        }

        if (length != plain.Length)
        {
            throw Damage.In(blobName, "a frame does not decode to the length it names");
        }
    }

    /// <summary>
    /// Dumps full of hexadecimal digits become a fifth shorter without matches of few bytes, and others longer: a
    /// sample decides. Metadata is little and read by every run.
    /// </summary>
    private Compressor CompressorOf(ChunkClass? chunkClass, ReadOnlySpan<byte> plain) =>
        chunkClass switch
        {
            ChunkClass.Dump => IsShorterAtOnce(plain) ? _fast : _better.Value,
            ChunkClass.Metadata => _most.Value,
            _ => _usual,
        };

    private bool IsShorterAtOnce(ReadOnlySpan<byte> plain)
    {
        int length = Math.Min(DumpSampleSize, plain.Length);
        ReadOnlySpan<byte> sample = plain.Slice((plain.Length - length) / 2, length);
        int fast = Compress(_fast, sample, _sampleOut);
        int better = Compress(_better.Value, sample, _sampleOut);
        return fast > 0 && (better == 0 || fast <= better);
    }

    /// <summary>Bytes written, or 0 where the result does not fit into fewer bytes than the plain ones.</summary>
    private static int Compress(Compressor compressor, ReadOnlySpan<byte> plain, Span<byte> destination)
    {
        try
        {
            int length = compressor.Wrap(plain, destination);
            return length < plain.Length ? length : 0;
        }
        catch (ZstdException exception) when (exception.Code == ZSTD_ErrorCode.ZSTD_error_dstSize_tooSmall)
        {
            return 0;
        }
    }
}
