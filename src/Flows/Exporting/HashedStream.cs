using System.Security.Cryptography;
using AlfrescoBackupFlows.Platform.Streams;

namespace AlfrescoBackupFlows.Flows.Exporting;

/// <summary>Hashes what is read through it.</summary>
internal sealed class HashedStream(Stream inner, IncrementalHash hash, Action<long> tell) : ReadOnlyStream
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count = await inner.ReadAsync(buffer, cancellationToken);
        hash.AppendData(buffer.Span[..count]);
        tell(count);
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
}
