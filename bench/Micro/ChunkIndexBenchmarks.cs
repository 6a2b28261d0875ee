using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Format;
using BenchmarkDotNet.Attributes;

namespace AlfrescoBackupFlows.Micro;

/// <summary>One look into the local index of a million chunks: is this chunk stored, and where?</summary>
public class ChunkIndexBenchmarks : IDisposable
{
    private const int Chunks = 1_000_000;

    // Multiples of the golden ratio lie as evenly as keyed hashes do.
    private static readonly UInt128 Spread = new(0x9E37_79B9_7F4A_7C15, 0xF39C_C060_5CED_C835);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("abf-micro-");
    private RowFile _rows = null!;
    private uint _next;

    [GlobalSetup]
    public void Setup()
    {
        PackEntry pack = new(PackId.Draw(ChunkClass.Content), 32 << 20, ChunkClass.Content);
        byte[] table = ChunkIndexTable.Encode(
            Enumerable
                .Range(0, Chunks)
                .Select(number => new ChunkPlace(IdOf((uint)number * 2), pack, number, 92, 1045, 0, 1024))
        );
        using var builder = new RowFileBuilder(_directory.FullName);
        builder.Add(ChunkIndexTable.Decode(table, "index"), rank: 0);
        _rows = builder.Build();
    }

    [Benchmark(Description = "a chunk that is stored")]
    public bool Hit() => _rows.TryFind(IdOf(_next++ % Chunks * 2), out _);

    [Benchmark(Description = "a chunk that is new")]
    public bool Miss() => _rows.TryFind(IdOf((_next++ % Chunks * 2) + 1), out _);

    [GlobalCleanup]
    public void Dispose()
    {
        _rows?.Dispose();
        _directory.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    private static ChunkId IdOf(uint number) => new(Spread * number);
}
