using System.Buffers;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;

namespace AlfrescoBackupFlows.Repository.RequiredFiles;

/// <summary>
/// Writes the list of the files that a dump requires of one root, in <see cref="PathOrder"/>, with its table of segments.
/// Two content URLs may name the same path: then it stands there twice, lower id first. The list is cut into chunks where
/// a listing ends a segment, and no chunk leans on the one before it: what is unchanged is the chunk of the set before, and
/// need not be read to be taken over.
/// </summary>
public sealed class RequiredListWriter : IAsyncDisposable
{
    internal const byte Version = 1;

    private static readonly byte[] Head = [Version];

    private readonly IChunkWriter _chunks;
    private readonly ContentRefBuilder _list;
    private readonly RequiredSegmentTable _table;
    private readonly RequiredSegmentBuilder _segment = new();
    private byte[]? _lastPath;
    private long _lastId;
    private bool _splitsPath;

    public RequiredListWriter(IChunkWriter chunks)
    {
        _chunks = chunks;
        _list = new ContentRefBuilder(chunks, inline: 4);
        _table = new RequiredSegmentTable(chunks);
    }

    /// <summary>Files written so far.</summary>
    public long Count { get; private set; }

    /// <summary>
    /// Adds the next file. A path that is invalid or out of order is an <see cref="ArgumentException"/>.
    /// </summary>
    public async ValueTask AddAsync(RequiredFile file, CancellationToken cancellationToken)
    {
        bool fits =
            file.Path.Length > 0
            && PathOrder.IsValid(file.Path)
            && file.Size is null or (>= 0 and < long.MaxValue)
            && file.UrlId >= 0;
        if (!fits || !IsBefore(file))
        {
            throw new ArgumentException(
                $"'{TreePath.Display(file.Path)}' cannot stand here in a list of required files.",
                nameof(file)
            );
        }

        // Where the path that ends a segment stands twice, both records are in it.
        bool isSame = file.Path.AsSpan().SequenceEqual(_lastPath);
        if (_segment.Count > 0 && (isSame ? _segment.IsBursting : IsFull))
        {
            _splitsPath |= isSame;
            await FlushAsync(cancellationToken);
        }

        _segment.Add(file);
        (_lastPath, _lastId) = (file.Path, file.UrlId);
        Count++;
    }

    /// <summary>
    /// Takes a whole segment over as it is, unread; false where a list that is written anew would not have it so: the open
    /// segment does not end here, or this one ended with its list.
    /// </summary>
    public async ValueTask<bool> TryAddSegmentAsync(RequiredSegment segment, CancellationToken cancellationToken)
    {
        if (_lastPath is not null && PathOrder.Compare(_lastPath, segment.First) >= 0)
        {
            throw new ArgumentException(
                $"The segment from '{TreePath.Display(segment.First)}' cannot stand here in a list of required files.",
                nameof(segment)
            );
        }

        bool isWhole =
            RequiredSegmentBuilder.AreFull(segment.Files, segment.Length)
            || ListingWriter.EndsSegment(_chunks, segment.Last);
        if (!isWhole || (_segment.Count > 0 && !IsFull))
        {
            return false;
        }

        if (_segment.Count > 0)
        {
            await FlushAsync(cancellationToken);
        }

        await AppendAsync(segment, cancellationToken);
        (_lastPath, _lastId) = (segment.Last, segment.HighestId);
        Count += segment.Files;
        return true;
    }

    /// <summary>Ends the list. Called once.</summary>
    public async Task<RequiredListSummary> CompleteAsync(CancellationToken cancellationToken)
    {
        if (_segment.Count > 0)
        {
            await FlushAsync(cancellationToken);
        }

        if (Count == 0)
        {
            await AppendHeadAsync(cancellationToken);
        }

        return new RequiredListSummary(
            await _list.CompleteAsync(cancellationToken),
            _splitsPath ? null : await _table.CompleteAsync(cancellationToken),
            Count
        );
    }

    public ValueTask DisposeAsync() => _table.DisposeAsync();

    private bool IsFull => _segment.IsFull || ListingWriter.EndsSegment(_chunks, _lastPath);

    private bool IsBefore(RequiredFile file)
    {
        int order = _lastPath is null ? -1 : PathOrder.Compare(_lastPath, file.Path);
        return order < 0 || (order == 0 && _lastId < file.UrlId);
    }

    private async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        byte[] plain = _segment.Encode();
        ChunkId chunk = await _chunks.AddChunkAsync(ChunkClass.Metadata, plain, cancellationToken);
        await AppendAsync(_segment.ToSegment(chunk, plain.Length), cancellationToken);
        _segment.Clear();
    }

    private async ValueTask AppendAsync(RequiredSegment segment, CancellationToken cancellationToken)
    {
        if (_table.Count == 0)
        {
            await AppendHeadAsync(cancellationToken);
        }

        await _list.AddAsync(segment.Chunk, segment.Length, cancellationToken);
        await _table.AddAsync(segment, cancellationToken);
    }

    /// <summary>A chunk of its own, so that every segment looks the same wherever it stands.</summary>
    private async ValueTask AppendHeadAsync(CancellationToken cancellationToken) =>
        await _list.AddAsync(
            await _chunks.AddChunkAsync(ChunkClass.Metadata, Head, cancellationToken),
            Head.Length,
            cancellationToken
        );
}
