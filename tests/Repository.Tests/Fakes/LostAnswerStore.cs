using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository.Tests.Fakes;

/// <summary>Says of every blob that it creates that it exists already, as a store does after a lost answer; counts
/// reads.</summary>
internal sealed class LostAnswerStore(IBlobStore inner) : IBlobStore
{
    private int _reads;

    public int Reads => _reads;

    public string Location => inner.Location;

    public async Task<PutOutcome> PutIfAbsentAsync(
        string name,
        ReadOnlyMemory<byte> content,
        CancellationToken cancellationToken
    )
    {
        await inner.PutIfAbsentAsync(name, content, cancellationToken);
        return PutOutcome.AlreadyExists;
    }

    public Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        inner.PutAsync(name, content, cancellationToken);

    public Task<int?> ReadAsync(string name, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _reads);
        return inner.ReadAsync(name, offset, destination, cancellationToken);
    }

    public Task<BlobProperties?> GetPropertiesAsync(string name, CancellationToken cancellationToken) =>
        inner.GetPropertiesAsync(name, cancellationToken);

    public IAsyncEnumerable<BlobItem> ListAsync(string prefix, CancellationToken cancellationToken) =>
        inner.ListAsync(prefix, cancellationToken);

    public Task<bool> DeleteAsync(string name, CancellationToken cancellationToken) =>
        inner.DeleteAsync(name, cancellationToken);

    public Task<bool> AcquireLeaseAsync(
        string name,
        Guid leaseId,
        TimeSpan duration,
        CancellationToken cancellationToken
    ) => inner.AcquireLeaseAsync(name, leaseId, duration, cancellationToken);

    public Task<bool> ReleaseLeaseAsync(string name, Guid leaseId, CancellationToken cancellationToken) =>
        inner.ReleaseLeaseAsync(name, leaseId, cancellationToken);
}
