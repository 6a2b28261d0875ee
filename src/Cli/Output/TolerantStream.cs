using AlfrescoBackupFlows.Platform.Streams;

namespace AlfrescoBackupFlows.Cli.Output;

/// <summary>What cannot be written is dropped: no message may stop the work that it is about.</summary>
internal sealed class TolerantStream(Stream inner) : WriteOnlyStream
{
    private readonly Lock _gate = new();

    /// <summary>Why something was dropped, the first time; null while nothing was.</summary>
    public Exception? Fault { get; private set; }

    /// <summary>Called once, with the first fault.</summary>
    public Action<Exception>? OnFault { get; set; }

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
