using System.Buffers;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Catalogues;

/// <summary>
/// The folders of a group: for each segment the ids of the primary parents of its nodes, so that what lies in a folder is
/// found without reading all segments. Exact, unlike a filter: whole trees are walked with it. Versions are left out, whose
/// parents are no folders. A stream beside the catalogue's table names the chunk of each of its groups.
/// </summary>
internal static class CatalogueFolders
{
    private const byte Version = 1;
    private const int FlushBytes = 64 * 1024;
    private const int MaxSectionBytes = CatalogueTable.IdsPerSegment * 10;
    private const string What = "the folders of a catalogue";

    private static readonly CatalogueSections s_sections = new(What, "bytes", unitBytes: 1, MaxSectionBytes);

    /// <inheritdoc cref="CatalogueSections.Encode"/>
    public static byte[] Encode(IEnumerable<CatalogueSection> sections) => s_sections.Encode(sections);

    /// <summary>The ids ascending, each as the difference to the one before.</summary>
    public static CatalogueSection SectionOf(int position, IEnumerable<CatalogueNode> nodes)
    {
        ArrayBufferWriter<byte> ids = new(256);
        long last = 0;
        foreach (long folder in nodes.Where(IsIn).Select(static node => node.Parent).Distinct().Order())
        {
            ids.WriteVarint((ulong)(folder - last));
            last = folder;
        }

        return new CatalogueSection(position, ids.WrittenSpan.ToArray());

        static bool IsIn(CatalogueNode node) => node.Parent > 0 && node.VersionOf.Length == 0;
    }

    public static List<CatalogueSection> ReadSections(ReadOnlySpan<byte> folders) => s_sections.ReadAll(folders);

    /// <summary>Positions of the segments that have a node in one of the folders.</summary>
    public static List<int> Find(ReadOnlySpan<byte> folders, IReadOnlySet<long> wanted) =>
        s_sections.Find(folders, ids => HasAny(ids, wanted));

    /// <param name="groups">The chunk of each group, in the order of the table; null where no node of it has a parent.</param>
    public static async Task<ContentRef> WriteAsync(
        IChunkWriter chunks,
        IEnumerable<ChunkId?> groups,
        CancellationToken cancellationToken
    )
    {
        ArrayBufferWriter<byte> buffer = new(FlushBytes + ChunkId.Size);
        buffer.WriteByte(Version);
        await using ContentStream stream = chunks.CreateStream(ChunkClass.Metadata);
        foreach (ChunkId? group in groups)
        {
            buffer.WriteId(group ?? default);
            if (buffer.WrittenCount >= FlushBytes)
            {
                await stream.WriteAsync(buffer.WrittenMemory, cancellationToken);
                buffer.ResetWrittenCount();
            }
        }

        await stream.WriteAsync(buffer.WrittenMemory, cancellationToken);
        return await stream.CompleteAsync(cancellationToken);
    }

    /// <summary>The chunk of each of so many groups.</summary>
    /// <exception cref="Platform.Errors.PermanentException">Kind Repository: it is lost, or of other groups.</exception>
    public static async Task<ChunkId?[]> ReadAsync(
        IChunkSource chunks,
        ContentRef folders,
        int groups,
        CancellationToken cancellationToken
    )
    {
        await using RecordStream stream = new(chunks.OpenRead(folders, ChunkClass.Metadata), ChunkId.Size);
        await stream.BeginAsync(Version, What, cancellationToken);
        ChunkId?[] found = new ChunkId?[groups];
        int count = 0;
        while (await stream.FillAsync(cancellationToken))
        {
            if (count == groups)
            {
                throw Damage.InPart(What, "it has more groups than the catalogue");
            }

            ChunkId id = new VarintReader(stream.Buffered, What).ReadId();
            found[count++] = id == default ? null : id;
            stream.Advance(ChunkId.Size);
        }

        return count == groups ? found : throw Damage.InPart(What, "it has fewer groups than the catalogue");
    }

    private static bool HasAny(ReadOnlySpan<byte> ids, IReadOnlySet<long> wanted)
    {
        VarintReader reader = new(ids, What);
        long id = 0;
        while (!reader.AtEnd)
        {
            id += reader.ReadBounded(long.MaxValue - id, "the id of a folder");
            if (wanted.Contains(id))
            {
                return true;
            }
        }

        return false;
    }
}
