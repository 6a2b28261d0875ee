using System.Collections.Immutable;
using AlfrescoBackupFlows.Platform.Streams;
using ZstdNet;

namespace AlfrescoBackupFlows.Flows.Archives;

/// <summary>
/// Compresses with zstd, on several cores. A frame may be ended between any two bytes: where the output can seek, what
/// was written since is taken back by its length. The output stays open.
/// </summary>
internal sealed class PackedOutput(Stream output, int workers) : WriteOnlyStream
{
    private const int Level = 3;

    private readonly CompressionOptions _options = new(
        null,
        ImmutableDictionary<ZSTD_cParameter, int>
            .Empty.Add(ZSTD_cParameter.ZSTD_c_checksumFlag, 1)
            .Add(ZSTD_cParameter.ZSTD_c_nbWorkers, workers),
        Level
    );
    private CompressionStream? _frame;

    /// <summary>Whether what was written can be taken back.</summary>
    public bool CanTakeBack => output.CanSeek;

    /// <summary>Ends the frame, so that the output can be cut here.</summary>
    /// <returns>Compressed bytes so far.</returns>
    public async Task<long> EndFrameAsync()
    {
        if (_frame is not null)
        {
            await _frame.DisposeAsync();
            _frame = null;
        }

        return output.Position;
    }

    /// <summary>Goes on as if nothing had been written since.</summary>
    /// <param name="position">As <see cref="EndFrameAsync"/> gave it.</param>
    public async Task TakeBackAsync(long position)
    {
        await EndFrameAsync();
        output.SetLength(position);
        output.Position = position;
    }

    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer,
        CancellationToken cancellationToken = default
    )
    {
        _frame ??= new CompressionStream(new Unclosed(output), _options);
        await _frame.WriteAsync(buffer, cancellationToken);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Ends the last frame.</summary>
    public async Task CompleteAsync()
    {
        if (_frame is not null)
        {
            await _frame.DisposeAsync();
            _frame = null;
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _options.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>The library closes the stream that it writes to.</summary>
    private sealed class Unclosed(Stream inner) : WriteOnlyStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => inner.Write(buffer);

        public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);

        public override ValueTask WriteAsync(
            ReadOnlyMemory<byte> buffer,
            CancellationToken cancellationToken = default
        ) => inner.WriteAsync(buffer, cancellationToken);

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            inner.WriteAsync(buffer, offset, count, cancellationToken);
    }
}
