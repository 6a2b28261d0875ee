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

    private sealed class Counted(Stream inner) : ReadOnlyStream
    {
        public long Count { get; private set; }

        public override int Read(Span<byte> buffer) => Add(inner.Read(buffer));

        public override int Read(byte[] buffer, int offset, int count) => Add(inner.Read(buffer, offset, count));

        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer,
            CancellationToken cancellationToken = default
        ) => Add(await inner.ReadAsync(buffer, cancellationToken));

        public override Task<int> ReadAsync(
            byte[] buffer,
            int offset,
            int count,
            CancellationToken cancellationToken
        ) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        private int Add(int count)
        {
            Count += count;
            return count;
        }
    }
}
