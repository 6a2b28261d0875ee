using System.Collections.Immutable;

namespace AlfrescoBackupFlows.Repository;

/// <summary>
/// Where some bytes are: the chunks that make them up, in order. Depth 0 names the chunks themselves; at depth n the chunks named
/// here are metadata chunks which hold, one after the other, the 16-byte ids of the level below. At most
/// <see cref="MaxInlineChunks"/> ids stand here, so that a reference stays small in a journal, a listing or a manifest.
/// </summary>
/// <param name="Length">Bytes of the content.</param>
/// <param name="Depth">Levels of indirection, 0 to 3.</param>
/// <param name="Chunks">Ids of the topmost level.</param>
public sealed record ContentRef(long Length, int Depth, ImmutableArray<ChunkId> Chunks)
{
    /// <summary>More ids than this are moved one level down.</summary>
    public const int MaxInlineChunks = 64;

    public static readonly ContentRef Empty = new(0, 0, []);

    public bool Equals(ContentRef? other) =>
        other is not null && Length == other.Length && Depth == other.Depth && Chunks.AsSpan().SequenceEqual(other.Chunks.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Length, Depth, Chunks.IsEmpty ? default : Chunks[0]);
}
