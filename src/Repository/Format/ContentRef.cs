using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace AlfrescoBackupFlows.Repository.Format;

/// <summary>
/// Where some bytes are: the chunks that make them up, in order. Depth 0 names the chunks themselves; at depth n the
/// chunks named here are metadata chunks which hold, one after the other, the 16-byte ids of the level below. At most
/// <see cref="MaxInlineChunks"/> ids stand here, so that a reference stays small in a journal, a listing or a manifest.
/// </summary>
/// <param name="Length">Bytes of the content.</param>
/// <param name="Depth">Levels of indirection, 0 to 3.</param>
/// <param name="Chunks">Ids of the topmost level.</param>
[JsonConverter(typeof(ContentRefJsonConverter))]
public sealed record ContentRef(long Length, int Depth, ImmutableArray<ChunkId> Chunks)
{
    /// <summary>More ids than this are moved one level down.</summary>
    public const int MaxInlineChunks = 64;

    /// <summary>Levels of indirection never exceed this.</summary>
    public const int MaxDepth = 3;

    /// <summary>The most bytes that a chunk may have.</summary>
    public const int MaxChunkBytes = 16 * 1024 * 1024;

    public static readonly ContentRef Empty = new(0, 0, []);

    /// <summary>
    /// Whether the numbers can be true: bounds, no bytes exactly where there are no chunks, and at depth 0 between 1
    /// byte and <see cref="MaxChunkBytes"/> a chunk.
    /// </summary>
    public bool IsPlausible =>
        !Chunks.IsDefault
        && Length >= 0
        && Depth is >= 0 and <= MaxDepth
        && Chunks.Length <= MaxInlineChunks
        && (Length == 0) == Chunks.IsEmpty
        && (Length > 0 || Depth == 0)
        && (Depth > 0 || (Length >= Chunks.Length && Length <= (long)Chunks.Length * MaxChunkBytes));

    public bool Equals(ContentRef? other) =>
        other is not null
        && Length == other.Length
        && Depth == other.Depth
        && Chunks.AsSpan().SequenceEqual(other.Chunks.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Length, Depth, Chunks.IsEmpty ? default : Chunks[0]);
}
