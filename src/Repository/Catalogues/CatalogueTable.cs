using System.Buffers;
using System.Runtime.CompilerServices;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Catalogues;

/// <summary>A segment: the nodes of one range of ids.</summary>
/// <param name="Number">The range's number: ids divided by <see cref="CatalogueTable.IdsPerSegment"/>.</param>
/// <param name="Nodes">At least 1.</param>
/// <param name="Contents">Content properties of these nodes.</param>
public sealed record CatalogueSegmentRow(long Number, ChunkId Chunk, int Nodes, int Contents);

/// <summary>Segments that follow one another, and their filters.</summary>
/// <param name="Number">Of the group: numbers of segments divided by
/// <see cref="CatalogueTable.SegmentsPerGroup"/>.</param>
/// <param name="Filters">One for each kind of key; null where no segment has such a key.</param>
internal sealed record CatalogueGroup(
    long Number,
    IReadOnlyList<ChunkId?> Filters,
    IReadOnlyList<CatalogueSegmentRow> Segments
)
{
    /// <summary>Its lists of folders, which the table does not name; null: none, or not read.</summary>
    public ChunkId? Folders { get; init; }

    /// <summary>All that is stored of it, in no order.</summary>
    public IEnumerable<ChunkId> Chunks =>
        Segments.Select(static row => row.Chunk).Concat(Filters.Append(Folders).OfType<ChunkId>());
}

/// <summary>The table of a catalogue, a metadata stream: a row for each group, with one for each of its segments.</summary>
internal static class CatalogueTable
{
    public const int IdsPerSegment = 512;
    public const int SegmentsPerGroup = 64;
    private const byte Version = 1;
    private const int FlushBytes = 64 * 1024;
    private const int MaxSegmentBytes = 1 + ChunkId.Size + 20;
    private const int MaxRowBytes = 20 + (CatalogueKey.Kinds * ChunkId.Size) + (SegmentsPerGroup * MaxSegmentBytes);
    private const string What = "the table of a catalogue";

    public static long NumberOf(long id) => id / IdsPerSegment;

    public static long OffsetOf(long id) => id % IdsPerSegment;

    public static long LowestOf(long segment) => segment * IdsPerSegment;

    public static async Task<ContentRef> WriteAsync(
        IChunkWriter chunks,
        IEnumerable<CatalogueGroup> groups,
        CancellationToken cancellationToken
    )
    {
        ArrayBufferWriter<byte> buffer = new(FlushBytes + MaxRowBytes);
        buffer.WriteByte(Version);
        await using ContentStream stream = chunks.CreateStream(ChunkClass.Metadata);
        foreach (CatalogueGroup group in groups)
        {
            Write(buffer, group);
            if (buffer.WrittenCount >= FlushBytes)
            {
                await stream.WriteAsync(buffer.WrittenMemory, cancellationToken);
                buffer.ResetWrittenCount();
            }
        }

        await stream.WriteAsync(buffer.WrittenMemory, cancellationToken);
        return await stream.CompleteAsync(cancellationToken);
    }

    /// <summary>What breaks a rule is a <see cref="Platform.Errors.PermanentException"/> of kind Repository.</summary>
    public static async IAsyncEnumerable<CatalogueGroup> ReadAsync(
        IChunkSource chunks,
        ContentRef table,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await using RecordStream stream = new(chunks.OpenRead(table, ChunkClass.Metadata), MaxRowBytes);
        await stream.BeginAsync(Version, What, cancellationToken);
        long last = -1;
        while (await stream.FillAsync(cancellationToken))
        {
            (CatalogueGroup group, int length) = Read(stream.Buffered, last);
            stream.Advance(length);
            last = group.Number;
            yield return group;
        }
    }

    /// <summary>All groups, with their lists of folders where the catalogue has these.</summary>
    public static async Task<IReadOnlyList<CatalogueGroup>> ReadWithFoldersAsync(
        IChunkSource chunks,
        CatalogueStamp catalogue,
        CancellationToken cancellationToken
    )
    {
        List<CatalogueGroup> groups = await ReadAsync(chunks, catalogue.Table, cancellationToken)
            .ToListAsync(cancellationToken);
        if (catalogue.Folders is not { } stored)
        {
            return groups;
        }

        ChunkId?[] folders = await CatalogueFolders.ReadAsync(chunks, stored, groups.Count, cancellationToken);
        return [.. groups.Select((group, i) => group with { Folders = folders[i] })];
    }

    private static void Write(ArrayBufferWriter<byte> buffer, CatalogueGroup group)
    {
        buffer.WriteVarint((ulong)group.Number);
        foreach (ChunkId? filter in group.Filters)
        {
            buffer.WriteId(filter ?? default);
        }

        buffer.WriteVarint((ulong)group.Segments.Count);
        foreach (CatalogueSegmentRow row in group.Segments)
        {
            buffer.WriteByte((byte)(row.Number % SegmentsPerGroup));
            buffer.WriteId(row.Chunk);
            buffer.WriteVarint((ulong)row.Nodes);
            buffer.WriteVarint((ulong)row.Contents);
        }
    }

    private static (CatalogueGroup Group, int Length) Read(ReadOnlySpan<byte> source, long last)
    {
        VarintReader reader = new(source, What);
        long number = reader.ReadBounded(long.MaxValue / IdsPerSegment / SegmentsPerGroup, "the number of a group");
        if (number <= last)
        {
            throw reader.Wrong("its groups are not in order");
        }

        ChunkId?[] filters = new ChunkId?[CatalogueKey.Kinds];
        for (int i = 0; i < filters.Length; i++)
        {
            ChunkId id = reader.ReadId();
            filters[i] = id == default ? null : id;
        }

        CatalogueSegmentRow[] segments = new CatalogueSegmentRow[
            reader.ReadBounded(SegmentsPerGroup, "the number of segments")
        ];
        int position = -1;
        for (int i = 0; i < segments.Length; i++)
        {
            int next = reader.ReadByte();
            if (next <= position || next >= SegmentsPerGroup)
            {
                throw reader.Wrong("its segments are not in order");
            }

            position = next;
            segments[i] = new CatalogueSegmentRow(
                (number * SegmentsPerGroup) + position,
                reader.ReadId(),
                (int)reader.ReadBounded(IdsPerSegment, "the number of nodes"),
                (int)reader.ReadBounded(int.MaxValue, "the number of contents")
            );
        }

        return (new CatalogueGroup(number, filters, segments), reader.Position);
    }
}
