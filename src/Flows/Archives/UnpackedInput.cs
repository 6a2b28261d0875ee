using System.Globalization;
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

    private readonly Counted _packed;
    private readonly DecompressionStream _plain;
    private readonly bool _anySize;
    private long _read;

    public UnpackedInput(Stream packed, bool anySize)
    {
        _packed = new Counted(packed);
        _plain = new DecompressionStream(_packed);
        _anySize = anySize;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
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
            throw ArchiveFault.Of("it is damaged, cut off, or was not written by zstd", e);
        }
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

    /// <summary>
    /// Puts a frame that zstd skips behind the end. The decompressor does not mind an input that lacks the last bytes of a
    /// frame's checksum; with this behind them they are wrong.
    /// </summary>
    private sealed class Counted(Stream inner) : ReadOnlyStream
    {
        private ReadOnlyMemory<byte> _behind = new byte[] { 0x50, 0x2A, 0x4D, 0x18, 0, 0, 0, 0 };

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
