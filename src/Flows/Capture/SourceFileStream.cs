using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Platform.Streams;
using AlfrescoBackupFlows.Storage.Decorators;

namespace AlfrescoBackupFlows.Flows.Capture;

/// <summary>An open file of the source from its first byte to its last. The file stays the caller's.</summary>
/// <param name="progress">Is told live what is read; null: nobody is.</param>
/// <param name="reads">Who reads asynchronously waits by it; null: as fast as it goes.</param>
internal sealed class SourceFileStream(SourceFile file, CaptureProgress? progress = null, RateLimit? reads = null)
    : ReadOnlyStream
{
    private long _position;
    private bool _ended;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        // Fewer bytes than asked were the last ones: no further call to learn that. A file that grew meanwhile shows by its
        // length afterwards.
        int read = _ended ? 0 : file.Read(buffer, _position);
        _ended |= read < buffer.Length;
        _position += read;
        progress?.Read(read);
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        reads is null ? ValueTask.FromResult(Read(buffer.Span)) : ReadSlowlyAsync(reads, buffer, cancellationToken);

    private async ValueTask<int> ReadSlowlyAsync(
        RateLimit limit,
        Memory<byte> buffer,
        CancellationToken cancellationToken
    )
    {
        int read = Read(buffer.Span);
        await limit.TakeAsync(read, cancellationToken);
        return read;
    }
}
