using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform.Streams;
using AlfrescoBackupFlows.Storage.Decorators;

namespace AlfrescoBackupFlows.Flows.Capture;

/// <summary>Counts live what is read through it. The stream beneath stays the caller's.</summary>
/// <param name="reads">Null: as fast as it goes.</param>
internal sealed class ProgressStream(Stream inner, IProgressSink progress, string phase, RateLimit? reads = null)
    : ReadOnlyStream
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = await inner.ReadAsync(buffer, cancellationToken);
        progress.Advance(phase, 0, read);
        if (reads is not null)
        {
            await reads.TakeAsync(read, cancellationToken);
        }

        return read;
    }
}
