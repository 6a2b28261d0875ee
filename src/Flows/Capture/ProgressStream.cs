using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform.Streams;

namespace AlfrescoBackupFlows.Flows.Capture;

/// <summary>Counts live what is read through it. The stream beneath stays the caller's.</summary>
internal sealed class ProgressStream(Stream inner, IProgressSink progress, string phase) : ReadOnlyStream
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = await inner.ReadAsync(buffer, cancellationToken);
        progress.Advance(phase, 0, read);
        return read;
    }
}
