using System.Buffers.Binary;
using System.IO.Hashing;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Cache;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.ChunkIndexes;

/// <summary>
/// Merges tables of rows into one <see cref="RowFile"/> in constant memory: tables are appended to a scratch file as
/// they come, then merged from there. Sources have ranks in the order in which they are added; of several rows for a
/// chunk the one of the lowest rank comes first, then that of the lowest pack id. A chunk has one row for each pack
/// that holds it.
/// </summary>
internal sealed class RowFileBuilder : IDisposable
{
    private readonly string _directory;
    private readonly FileStream _scratch;
    private readonly List<RowSource> _sources = [];
    private readonly List<PackEntry> _packs = [];
    private readonly Dictionary<PackId, int> _numbers = [];

    /// <param name="directory">It exists.</param>
    public RowFileBuilder(string directory)
    {
        _directory = directory;
        _scratch = ScratchFile.Create(directory);
    }

    public long Rows => _sources.Sum(source => source.Count);

    /// <summary>Adds a file that was built earlier; it stays the caller's.</summary>
    public void Add(RowFile file, int rank)
    {
        _sources.Add(new RowSource(file.ReadRows, file.Count, rank, Map(file.Packs)));
    }

    public void Add(ChunkIndexTable table, int rank)
    {
        long offset = _scratch.Position;
        _scratch.Write(table.Rows);
        _sources.Add(
            new RowSource(
                (first, rows) => ReadScratch(offset + (first * ChunkIndexTable.RowSize), rows),
                table.Count,
                rank,
                Map(table.Packs)
            )
        );
    }

    /// <summary>Writes the merged rows into a file without a name, which lives as long as what is returned.</summary>
    public RowFile Build()
    {
        _scratch.Flush();
        FileStream output = ScratchFile.Create(_directory);
        try
        {
            ChunkIdFilter filter = new(Rows);
            Write(output, key: default, members: 0, filter);
            output.Flush();
            return RowFile.Open(output, filter);
        }
        catch
        {
            output.Dispose();
            throw;
        }
    }

    /// <summary>Writes the merged file beside its name, flushes it, and puts it in place at once.</summary>
    public void Build(string path, UInt128 key, int members)
    {
        _scratch.Flush();
        string temporary = $"{path}.{Guid.NewGuid():N}{ScratchFile.TemporarySuffix}";
        PrivateFile.Replace(path, temporary, output => Write(output, key, members));
    }

    public void Dispose() => _scratch.Dispose();

    private void Write(FileStream output, UInt128 key, int members, ChunkIdFilter? filter = null)
    {
        Span<byte> header = stackalloc byte[RowFileHeader.Size];
        header.Clear();
        output.Write(header);
        XxHash128 hash = new();
        Span<byte> pack = stackalloc byte[ChunkIndexTable.PackSize];
        foreach (PackEntry entry in _packs)
        {
            ChunkIndexTable.WritePack(pack, entry);
            output.Write(pack);
            hash.Append(pack);
        }

        int bits = RowFileHeader.BitsFor(Rows);
        uint[] buckets = new uint[(1 << bits) + 1];
        uint rows = Merge(output, hash, bits, buckets, filter);
        for (int i = 1; i < buckets.Length; i++)
        {
            buckets[i] += buckets[i - 1];
        }

        byte[] bytes = new byte[buckets.Length * sizeof(uint)];
        for (int i = 0; i < buckets.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(i * sizeof(uint)), buckets[i]);
        }

        output.Write(bytes);
        hash.Append(bytes);

        new RowFileHeader(key, members, (uint)_packs.Count, rows, bits).Write(header, hash);
        output.Position = 0;
        output.Write(header);
    }

    private uint Merge(FileStream output, XxHash128 hash, int bits, uint[] buckets, ChunkIdFilter? filter)
    {
        PriorityQueue<RowSource, (ChunkId Id, int Rank, PackId Pack)> heads = new();
        foreach (RowSource source in _sources)
        {
            Enqueue(heads, source);
        }

        uint rows = 0;
        ChunkId previous = default;
        List<int> packsOfChunk = [];
        while (heads.TryDequeue(out RowSource? source, out (ChunkId Id, int Rank, PackId Pack) head))
        {
            if (head.Id != previous)
            {
                packsOfChunk.Clear();
                previous = head.Id;
            }

            int pack = ChunkIndexRow.PackOf(source.Current);
            if (!packsOfChunk.Contains(pack))
            {
                packsOfChunk.Add(pack);
                output.Write(source.Current);
                hash.Append(source.Current);
                filter?.Add(head.Id);
                buckets[bits == 0 ? 1 : (int)(uint)(head.Id.Value >> (128 - bits)) + 1]++;
                rows++;
            }

            Enqueue(heads, source);
        }

        return rows;
    }

    private void Enqueue(PriorityQueue<RowSource, (ChunkId Id, int Rank, PackId Pack)> heads, RowSource source)
    {
        if (source.MoveNext())
        {
            heads.Enqueue(
                source,
                (ChunkId.Read(source.Current), source.Rank, _packs[ChunkIndexRow.PackOf(source.Current)].Id)
            );
        }
    }

    private int[] Map(ReadOnlySpan<PackEntry> packs)
    {
        int[] map = new int[packs.Length];
        for (int i = 0; i < packs.Length; i++)
        {
            if (!_numbers.TryGetValue(packs[i].Id, out map[i]))
            {
                map[i] = _packs.Count;
                _numbers.Add(packs[i].Id, map[i]);
                _packs.Add(packs[i]);
            }
        }

        return map;
    }

    private void ReadScratch(long offset, Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            int read = RandomAccess.Read(_scratch.SafeFileHandle, destination, offset);
            if (read == 0)
            {
                throw new IOException("The scratch file of the chunk index became shorter while it was read.");
            }

            destination = destination[read..];
            offset += read;
        }
    }
}
