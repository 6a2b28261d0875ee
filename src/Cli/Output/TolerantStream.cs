namespace AlfrescoBackupFlows.Cli.Output;

/// <summary>What cannot be written is dropped: nothing that is told may stop what is told of.</summary>
internal sealed class TolerantStream(Stream inner) : Stream
{
    private readonly Lock _gate = new();

    /// <summary>Why something was dropped, the first time; null while nothing was.</summary>
    public Exception? Fault { get; private set; }

    /// <summary>Called once, with the first fault.</summary>
    public Action<Exception>? OnFault { get; set; }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            inner.Write(buffer);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or TimeoutException)
        {
            if (Note(e))
            {
                OnFault?.Invoke(e);
            }
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
        // The standard streams hold nothing back.
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private bool Note(Exception fault)
    {
        lock (_gate)
        {
            bool isFirst = Fault is null;
            Fault ??= fault;
            return isFirst;
        }
    }
}
