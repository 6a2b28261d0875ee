using AlfrescoBackupFlows.Repository.Blobs;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Packs;
using BenchmarkDotNet.Attributes;

namespace AlfrescoBackupFlows.Micro;

/// <summary>What every new mebibyte goes through: cut, named, compressed, sealed and opened again.</summary>
public class ChunkBenchmarks : IDisposable
{
    private const int Length = 1 << 20;

    private readonly KeyRing _keys = KeyRing.Generate(1);
    private readonly FrameCodec _codec = new();
    private readonly byte[] _encoded = new byte[Length + FrameCodec.PrefixSize];
    private readonly NativeBuffer _buffer = new(PackBuilder.ContentCapacity);
    private ChunkKeys _chunkKeys = null!;
    private byte[] _plain = [];

    [Params(false, true)]
    public bool Text { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _chunkKeys = new ChunkKeys(_keys);
        _plain = Text ? SampleBytes.Text(Length) : SampleBytes.Noise(Length);
    }

    [Benchmark(Description = "cut by content")]
    public int Cut()
    {
        var cuts = CutPoints.Of(_chunkKeys, ChunkClass.Dump);
        int chunks = 0;
        for (int at = 0; at < _plain.Length; chunks++)
        {
            at += cuts.First(_plain.AsSpan(at));
        }

        return chunks;
    }

    [Benchmark(Description = "name by keyed hash")]
    public UInt128 Hash() => _chunkKeys.IdOf(ChunkClass.Content, _plain).Value;

    [Benchmark(Description = "probe and compress")]
    public int Compress() => _codec.Encode(_plain, _encoded);

    [Benchmark(Description = "a pack: compress, seal, open, compare")]
    public int Seal()
    {
        using var pack = new PackBuilder(_keys, ChunkClass.Content, _buffer, _codec);
        pack.Add(new ChunkId(1), _plain);
        return pack.Finish().Entry.Length;
    }

    [Benchmark(Description = "a pack of 1024 small chunks, the same")]
    public int SealSmall()
    {
        using var pack = new PackBuilder(_keys, ChunkClass.Content, _buffer, _codec);
        for (int i = 0; i < 1024; i++)
        {
            pack.Add(new ChunkId((UInt128)i), _plain.AsSpan(i << 10, 1 << 10));
        }

        return pack.Finish().Entry.Length;
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _codec.Dispose();
        _buffer.Free();
        GC.SuppressFinalize(this);
    }
}
