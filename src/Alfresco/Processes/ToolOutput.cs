using AlfrescoBackupFlows.Platform.Streams;

namespace AlfrescoBackupFlows.Alfresco.Processes;

/// <summary>
/// A tool's standard output. Something that the tool started may hold the other side open after the tool has ended, and
/// would be waited for for ever: once the tool has ended, a silence is the end too, and <see cref="IsHeld"/> tells it
/// from the real one.
/// </summary>
/// <param name="exited">Completes when the tool has ended.</param>
internal sealed class ToolOutput(Stream inner, Task exited, TimeSpan patience) : ReadOnlyStream
{
    // Of its own: a read that is given up may still end, and must not write into what its caller uses again.
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;

    /// <summary>The end was not seen: who knows what is missing.</summary>
    public bool IsHeld { get; private set; }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_start == _end && !IsHeld)
        {
            (_start, _end) = (0, await FillAsync(cancellationToken));
        }

        int length = Math.Min(buffer.Length, _end - _start);
        _buffer.AsMemory(_start, length).CopyTo(buffer);
        _start += length;
        return length;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    private async Task<int> FillAsync(CancellationToken cancellationToken)
    {
        var reading = inner.ReadAsync(_buffer, cancellationToken).AsTask();
        if (await Task.WhenAny(reading, exited) == reading)
        {
            return await reading;
        }

        try
        {
            // What the tool wrote is in the pipe and comes at once.
            return await reading.WaitAsync(patience, cancellationToken);
        }
        catch (TimeoutException)
        {
            IsHeld = true;
            return 0;
        }
    }
}
