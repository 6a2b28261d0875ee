using System.Buffers;

namespace AlfrescoBackupFlows.Flows.Archives;

/// <summary>
/// Writes an archive entry by entry. What is small is gathered before it is handed on. Not thread-safe.
/// </summary>
internal sealed class TarWriter(Stream output)
{
    private const int FlushBytes = 256 << 10;

    private readonly ArrayBufferWriter<byte> _buffer = new(FlushBytes);
    private long _left;
    private int _padding;

    /// <summary>Plain bytes so far.</summary>
    public long Length { get; private set; }

    /// <summary>Begins an entry; its bytes follow.</summary>
    public async ValueTask BeginAsync(TarEntry entry, CancellationToken cancellationToken)
    {
        int before = _buffer.WrittenCount;
        TarHeaders.Write(_buffer, entry);
        Length += _buffer.WrittenCount - before;
        (_left, _padding) = (entry.Size, TarFormat.PaddingOf(entry.Size));
        await FlushIfFullAsync(cancellationToken);
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        _left -= bytes.Length;
        Length += bytes.Length;
        if (_buffer.WrittenCount + bytes.Length <= FlushBytes)
        {
            _buffer.Write(bytes.Span);
            return;
        }

        await FlushAsync(cancellationToken);
        await output.WriteAsync(bytes, cancellationToken);
    }

    /// <summary>Called once for each entry, after its last byte.</summary>
    public ValueTask EndAsync(CancellationToken cancellationToken)
    {
        if (_left != 0)
        {
            throw new InvalidOperationException($"{_left} bytes of the entry are still to be written.");
        }

        TarHeaders.Pad(_buffer, _padding);
        Length += _padding;
        return FlushIfFullAsync(cancellationToken);
    }

    /// <summary>The end of the archive.</summary>
    public async ValueTask CompleteAsync(CancellationToken cancellationToken)
    {
        TarHeaders.Pad(_buffer, 2 * TarFormat.BlockSize);
        Length += 2 * TarFormat.BlockSize;
        await FlushAsync(cancellationToken);
    }

    /// <summary>Hands on what was gathered.</summary>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        await output.WriteAsync(_buffer.WrittenMemory, cancellationToken);
        _buffer.ResetWrittenCount();
    }

    /// <summary>The entry that was begun last never was; what was written of it is gone from the output.</summary>
    /// <param name="length">As it was before.</param>
    public void Forget(long length)
    {
        _buffer.ResetWrittenCount();
        (Length, _left, _padding) = (length, 0, 0);
    }

    private ValueTask FlushIfFullAsync(CancellationToken cancellationToken) =>
        _buffer.WrittenCount >= FlushBytes ? FlushAsync(cancellationToken) : ValueTask.CompletedTask;
}
