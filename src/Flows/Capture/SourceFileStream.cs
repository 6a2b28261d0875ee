using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Platform.Streams;

namespace AlfrescoBackupFlows.Flows.Capture;

/// <summary>An open file of the source from its first byte to its last. The file stays the caller's.</summary>
/// <param name="progress">Is told live what is read; null: nobody is.</param>
internal sealed class SourceFileStream(SourceFile file, CaptureProgress? progress = null) : ReadOnlyStream
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
        // Fewer bytes than asked were the last ones: no call more only to hear so. A file that grew meanwhile shows by its
        // length afterwards.
        int read = _ended ? 0 : file.Read(buffer, _position);
        _ended |= read < buffer.Length;
        _position += read;
        progress?.Read(read);
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(Read(buffer.Span));
}
