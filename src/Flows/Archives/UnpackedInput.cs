using System.Globalization;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Streams;
using ZstdNet;

namespace AlfrescoBackupFlows.Flows.Archives;

/// <summary>
/// Decompresses what a stranger wrote. A file that unfolds to more than a thousand times its length is refused, unless
/// that was asked for; so is a window that takes more than 128 MiB of memory, which is zstd's own limit. The input
/// stays open.
/// </summary>
internal sealed class UnpackedInput : ReadOnlyStream
{
    private const long AlwaysFine = 1L << 30;
    private const long MaxRatio = 1000;

    /// <summary>
    /// Follows the input, as a frame of its own: the decompressor does not mind an input that ends within a frame, and takes
    /// this for the rest of it. Only where all frames are whole, what unfolds ends with its content.
    /// </summary>
    private static readonly byte[] s_lastFrame = [0x28, 0xB5, 0x2F, 0xFD, 0x20, EndBytes, 3, 2, 0, EndByte];

    private const byte EndByte = 0xAB;
    private const byte EndBytes = 64;

    private readonly Counted _packed;
    private readonly DecompressionStream _plain;
    private readonly bool _anySize;

    /// <summary>Its last bytes may be the end, and wait for what follows.</summary>
    private readonly byte[] _buffer = new byte[EndBytes + (64 << 10)];

    private int _start;
    private int _length;
    private bool _isAtEnd;
    private long _read;

    public UnpackedInput(Stream packed, bool anySize)
    {
        _packed = new Counted(packed);
        _plain = new DecompressionStream(_packed);
        _anySize = anySize;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!_isAtEnd && _length <= EndBytes)
        {
            _buffer.AsSpan(_start, _length).CopyTo(_buffer);
            _start = 0;
            int read = await UnpackAsync(_buffer.AsMemory(_length), cancellationToken);
            _length += read;
            if (read == 0)
            {
                _isAtEnd = true;
                _length -= EndBytes;
                if (_length < 0 || _buffer.AsSpan(_length, EndBytes).ContainsAnyExcept(EndByte))
                {
                    throw Damaged();
                }
            }
        }

        int count = Math.Min(buffer.Length, _isAtEnd ? _length : _length - EndBytes);
        _buffer.AsSpan(_start, count).CopyTo(buffer.Span);
        (_start, _length) = (_start + count, _length - count);
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _plain.Dispose();
        }

        base.Dispose(disposing);
    }

    private async ValueTask<int> UnpackAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            int count = await _plain.ReadAsync(buffer, cancellationToken);
            _read += count;
            if (!_anySize && _read > AlwaysFine && _read / MaxRatio > _packed.Count)
            {
                throw ArchiveFault.Of(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"its first {_packed.Count} bytes unfold to more than {MaxRatio} times as many; --any-size imports it all the same"
                    )
                );
            }

            return count;
        }
        catch (Exception e) when (e is ZstdException or EndOfStreamException or InvalidDataException)
        {
            throw Damaged(e);
        }
    }

    private static PermanentException Damaged(Exception? cause = null) =>
        ArchiveFault.Of("it is damaged, cut off, or was not written by zstd", cause);

    private sealed class Counted(Stream inner) : ReadOnlyStream
    {
        private ReadOnlyMemory<byte> _behind = s_lastFrame;

        public long Count { get; private set; }

        public override int Read(Span<byte> buffer) =>
            Add(inner.Read(buffer)) is var count and > 0 ? count : ReadBehind(buffer);

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer,
            CancellationToken cancellationToken = default
        ) =>
            Add(await inner.ReadAsync(buffer, cancellationToken)) is var count and > 0
                ? count
                : ReadBehind(buffer.Span);

        public override Task<int> ReadAsync(
            byte[] buffer,
            int offset,
            int count,
            CancellationToken cancellationToken
        ) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        private int ReadBehind(Span<byte> buffer)
        {
            int count = Math.Min(buffer.Length, _behind.Length);
            _behind.Span[..count].CopyTo(buffer);
            _behind = _behind[count..];
            return count;
        }

        private int Add(int count)
        {
            Count += count;
            return count;
        }
    }
}
