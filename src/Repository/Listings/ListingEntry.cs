using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Listings;

/// <summary>What was noticed about a file or directory when it was captured.</summary>
[Flags]
public enum EntryFlags : byte
{
    None = 0,

    /// <summary>The file changed while it was read: never inherited by a later set.</summary>
    Unstable = 1,

    /// <summary>The file is gone but the dump requires it: carried over from the parent set.</summary>
    SourceMissing = 2,

    /// <summary>The file no longer is what the dump requires: carried over from the parent set.</summary>
    SourceChanged = 4,

    /// <summary>A leaf directory whose files may be inherited without looking at each of them.</summary>
    Trusted = 8,
}

/// <summary>Owner and group, by number and by name (empty where the system has no name).</summary>
public sealed record FileOwner(uint Uid, uint Gid, string User, string Group)
{
    /// <summary>The most UTF-8 bytes of a name.</summary>
    public const int MaxNameBytes = 1024;
}

/// <summary>A file or directory of a root.</summary>
/// <param name="Path">
/// Bytes relative to the root, separated by <c>/</c>; empty for the root itself. See <see cref="PathOrder.IsValid"/>.
/// </param>
/// <param name="Flags">What was noticed.</param>
/// <param name="Mode">Permission bits, 12 of them.</param>
/// <param name="Owner">Owner and group.</param>
/// <param name="MtimeNs">Last change of the content, nanoseconds since 1970 UTC.</param>
/// <param name="CtimeNs">Last change of the inode, the same; 0 where it is not known.</param>
/// <param name="Content">Where the bytes are; null for a directory.</param>
public sealed record ListingEntry(
    byte[] Path,
    EntryFlags Flags,
    int Mode,
    FileOwner Owner,
    long MtimeNs,
    long CtimeNs,
    ContentRef? Content
)
{
    public bool IsDirectory => Content is null;

    /// <summary>Bytes of a file; 0 for a directory.</summary>
    public long Length => Content?.Length ?? 0;
}

/// <summary>
/// A segment of a listing: a metadata chunk that holds a stretch of its entries. Small enough for a result page.
/// </summary>
/// <param name="First">The path of the first entry.</param>
/// <param name="Last">The path of the last entry.</param>
/// <param name="Chunk">The chunk.</param>
/// <param name="Entries">Entries, at least 1.</param>
/// <param name="Files">Files among them.</param>
/// <param name="Bytes">Bytes of these files.</param>
public sealed record SegmentRow(byte[] First, byte[] Last, ChunkId Chunk, int Entries, int Files, long Bytes);

/// <summary>A whole listing.</summary>
public sealed record ListingSummary(ContentRef Listing, long Files, long Directories, long Bytes);
