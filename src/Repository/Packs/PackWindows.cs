using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository.Packs;

/// <summary>
/// Ranges of packs. A read that goes on where an earlier one ended is a sign of more to come: each such read fetches
/// twice as much as the one before, up to 2 MiB, so neighbouring frames come with one request. Thread-safe; keeps a few
/// windows and the headers of some thousand packs.
/// </summary>
internal sealed class PackWindows(IBlobStore blobs)
{
    private const int MaxWindow = 2 << 20;
    private const int FirstWindow = 256 << 10;
    private const int MaxWindows = 3;
    private const int MaxHeaders = 4096;

    private readonly Lock _gate = new();
    private readonly List<Window> _windows = [];
    private readonly Dictionary<PackId, byte[]> _headers = [];

    /// <summary>Where the frame that is wanted ends near the header, it comes with the same request.</summary>
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
        if (end > header.Length && end <= FirstWindow)
        {
            // No more than the frame: what is behind it may be gone, and takes nothing with it.
            byte[] start = GC.AllocateUninitializedArray<byte>(end);
            await ReadFullyAsync(pack, 0, start, cancellationToken);
            start.AsSpan(0, header.Length).CopyTo(header);
            Keep(new Window(pack.Id, 0, start));
        }
        else
        {
            await ReadFullyAsync(pack, 0, header, cancellationToken);
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
        int ahead = 0;
        lock (_gate)
        {
            int found = _windows.FindIndex(window =>
                window.Pack == pack.Id && offset >= window.Offset && offset <= window.End
            );
            if (found >= 0)
            {
                Window window = _windows[found];
                _windows.RemoveAt(found);
                _windows.Add(window);
                if (offset + length <= window.End)
                {
                    return window.Bytes.AsMemory(offset - window.Offset, length);
                }

                ahead = Math.Clamp(window.Bytes.Length * 2, FirstWindow, MaxWindow);
            }
        }

        // Neither beyond the pack's end nor short of the frame that is wanted.
        byte[] bytes = GC.AllocateUninitializedArray<byte>(Math.Min(Math.Max(length, ahead), pack.Length - offset));
        await ReadFullyAsync(pack, offset, bytes, cancellationToken);
        if (bytes.Length <= MaxWindow)
        {
            Keep(new Window(pack.Id, offset, bytes));
        }

        return bytes.AsMemory(0, length);
    }

    private void Keep(Window window)
    {
        lock (_gate)
        {
            _windows.RemoveAll(other =>
                other.Pack == window.Pack && other.Offset <= window.Offset && other.End >= window.Offset
            );
            if (_windows.Count == MaxWindows)
            {
                _windows.RemoveAt(0);
            }

            _windows.Add(window);
        }
    }

    private async Task ReadFullyAsync(
        PackEntry pack,
        int offset,
        Memory<byte> destination,
        CancellationToken cancellationToken
    )
    {
        string name = pack.Id.BlobName;
        int read = await blobs.ReadAsync(name, offset, destination, cancellationToken) ?? throw Damage.Missing(name);
        if (read < destination.Length)
        {
            throw Damage.In(name, $"it is shorter than the {pack.Length} bytes that the index names");
        }
    }

    private sealed record Window(PackId Pack, int Offset, byte[] Bytes)
    {
        public int End => Offset + Bytes.Length;
    }
}
