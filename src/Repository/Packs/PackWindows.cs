using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository.Packs;

/// <summary>
/// Ranges of packs. A read that goes on near where an earlier one ended is a sign of more to come: each such read fetches
/// twice as much as the one before, up to 2 MiB, so neighbouring frames come with one request. Metadata is read in
/// neighbours from the start: segments of a listing were stored one after the other. What is fetched ahead may be gone,
/// and takes nothing with it. Where requests are cheap, such as in a directory, windows are half as long. Thread-safe;
/// keeps windows of some MiB and the headers of some thousand packs.
/// </summary>
internal sealed class PackWindows(IBlobStore blobs)
{
    private const int FirstWindow = 256 << 10;

    /// <summary>Frames of something else may stand between those of a stream.</summary>
    private const int MaxGap = 64 << 10;
    private const int MaxHeaders = 4096;

    private readonly int _maxWindow = Math.Clamp(blobs.PreferredBlobLength / 16, 2 * FirstWindow, 2 << 20);

    /// <summary>
    /// Of all windows: ranges of a root are captured side by side, and each goes through a listing and a list.
    /// </summary>
    private readonly int _maxBytes = Math.Clamp(blobs.PreferredBlobLength / 4, FirstWindow, 8 << 20);

    private readonly Lock _gate = new();
    private readonly List<Window> _windows = [];
    private readonly Dictionary<PackId, byte[]> _headers = [];

    /// <summary>
    /// Where the frame that is wanted ends near the header, it comes with the same request; a small pack of metadata comes
    /// whole.
    /// </summary>
    /// <param name="end">Where it ends in the pack.</param>
    public async ValueTask<ReadOnlyMemory<byte>> ReadHeaderAsync(
        PackEntry pack,
        int end,
        CancellationToken cancellationToken
    )
    {
        lock (_gate)
        {
            if (_headers.TryGetValue(pack.Id, out byte[]? known))
            {
                return known;
            }
        }

        byte[] header = new byte[ObjectHeader.Size];
        int ahead =
            pack.Class == ChunkClass.Metadata && pack.Length <= MaxMetadataWindow ? pack.Length
            : end > header.Length && end <= FirstWindow ? Math.Max(end, AheadAtFirst(pack))
            : 0;
        Memory<byte> start = await ReadAtLeastAsync(pack, 0, header.Length, ahead, cancellationToken);
        start.Span[..header.Length].CopyTo(header);
        if (start.Length > header.Length)
        {
            Keep(new Window(pack.Id, 0, start));
        }

        KeepHeader(pack, header);
        return header;
    }

    /// <summary>For whoever has read the header of a pack with something else.</summary>
    public void KeepHeader(PackEntry pack, ReadOnlySpan<byte> header)
    {
        lock (_gate)
        {
            if (_headers.Count >= MaxHeaders)
            {
                _headers.Clear();
            }

            if (!_headers.ContainsKey(pack.Id))
            {
                _headers[pack.Id] = header.ToArray();
            }
        }
    }

    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(
        PackEntry pack,
        int offset,
        int length,
        CancellationToken cancellationToken
    )
    {
        int ahead = AheadAtFirst(pack);
        lock (_gate)
        {
            int found = _windows.FindLastIndex(window =>
                window.Pack == pack.Id && offset >= window.Offset && offset <= window.End + MaxGap
            );
            if (found >= 0)
            {
                Window window = _windows[found];
                _windows.RemoveAt(found);
                _windows.Add(window);
                if (offset + length <= window.End)
                {
                    return window.Bytes.Slice(offset - window.Offset, length);
                }

                int most = pack.Class == ChunkClass.Metadata ? MaxMetadataWindow : _maxWindow;
                ahead = Math.Clamp(window.Bytes.Length * 2, FirstWindow, most);
            }
        }

        Memory<byte> bytes = await ReadAtLeastAsync(pack, offset, length, ahead, cancellationToken);
        if (bytes.Length <= _maxWindow)
        {
            Keep(new Window(pack.Id, offset, bytes));
        }

        return bytes[..length];
    }

    private int MaxMetadataWindow => _maxWindow / 2;

    private static int AheadAtFirst(PackEntry pack) => pack.Class == ChunkClass.Metadata ? FirstWindow : 0;

    private void Keep(Window window)
    {
        lock (_gate)
        {
            // The one that this goes on from is read through.
            _windows.RemoveAll(other =>
                other.Pack == window.Pack && other.Offset <= window.Offset && other.End + MaxGap >= window.Offset
            );
            _windows.Add(window);
            for (int held = _windows.Sum(one => one.Bytes.Length); held > _maxBytes; _windows.RemoveAt(0))
            {
                held -= _windows[0].Bytes.Length;
            }
        }
    }

    /// <returns>
    /// The bytes that are wanted, and of those ahead, which end with the pack, as many as are there.
    /// </returns>
    private async Task<Memory<byte>> ReadAtLeastAsync(
        PackEntry pack,
        int offset,
        int length,
        int ahead,
        CancellationToken cancellationToken
    )
    {
        string name = pack.Id.BlobName;
        byte[] bytes = GC.AllocateUninitializedArray<byte>(Math.Max(length, Math.Min(ahead, pack.Length - offset)));
        int read = await blobs.ReadAsync(name, offset, bytes, cancellationToken) ?? throw Damage.Missing(name);
        return read >= length
            ? bytes.AsMemory(0, read)
            : throw Damage.In(name, $"it is shorter than the {pack.Length} bytes that the index names");
    }

    private sealed record Window(PackId Pack, int Offset, Memory<byte> Bytes)
    {
        public int End => Offset + Bytes.Length;
    }
}
