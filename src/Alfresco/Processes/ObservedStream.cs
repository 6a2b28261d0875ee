using System.Diagnostics;

namespace AlfrescoBackupFlows.Alfresco.Processes;

/// <summary>
/// A forward-only stream that shows every piece that passes, in order, before the reader gets it or after the writer
/// gave it.
/// </summary>
/// <param name="observe">Awaited for each piece; it may keep nothing of the memory.</param>
internal sealed class ObservedStream(Stream inner, Func<ReadOnlyMemory<byte>, ValueTask> observe) : Stream
{
    private long _waitingSince;

    /// <summary>
    /// How long the other side has kept a read or a write waiting; zero between two of them: that is not its fault.
    /// </summary>
    public TimeSpan Silence =>
        Interlocked.Read(ref _waitingSince) is var since and not 0 ? Stopwatch.GetElapsedTime(since) : TimeSpan.Zero;

    public override bool CanRead => inner.CanRead;

    public override bool CanSeek => false;

    public override bool CanWrite => inner.CanWrite;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        BeginWait();
        int read = await inner.ReadAsync(buffer, cancellationToken);
        EndWait();
        if (read > 0)
        {
            await observe(buffer[..read]);
        }

        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer,
        CancellationToken cancellationToken = default
    )
    {
        BeginWait();
        await inner.WriteAsync(buffer, cancellationToken);
        await observe(buffer);
        EndWait();
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>The other side is waited for from now on: it has all, and has only to end.</summary>
    public void BeginWait() => Interlocked.Exchange(ref _waitingSince, Stopwatch.GetTimestamp());

    private void EndWait() => Interlocked.Exchange(ref _waitingSince, 0);

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override void Flush() => inner.Flush();

    // The observer is asynchronous, and so is everybody who uses this stream.
    public override int Read(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("read asynchronously");

    public override void Write(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("write asynchronously");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
