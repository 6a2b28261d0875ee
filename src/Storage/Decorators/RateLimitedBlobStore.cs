namespace AlfrescoBackupFlows.Storage.Decorators;

/// <summary>
/// Reads and writes no more bytes a second, on average, than it is told: whoever does waits until the bytes of all before
/// are paid for, and its own. All else passes.
/// </summary>
/// <param name="reads">Null: as fast as it goes.</param>
/// <param name="writes">Null: as fast as it goes.</param>
public sealed class RateLimitedBlobStore(IBlobStore inner, RateLimit? reads, RateLimit? writes) : IBlobStore
{
    public string Location => inner.Location;

    public int PreferredBlobLength => inner.PreferredBlobLength;

    public async Task<int?> ReadAsync(
        string name,
        long offset,
        Memory<byte> destination,
        CancellationToken cancellationToken
    )
    {
        int? read = await inner.ReadAsync(name, offset, destination, cancellationToken);
        if (reads is not null)
        {
            await reads.TakeAsync(read ?? 0, cancellationToken);
        }

        return read;
    }

    public async Task<PutOutcome> PutIfAbsentAsync(
        string name,
        ReadOnlyMemory<byte> content,
        CancellationToken cancellationToken
    )
    {
        await PayAsync(content.Length, cancellationToken);
        return await inner.PutIfAbsentAsync(name, content, cancellationToken);
    }

    public async Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        await PayAsync(content.Length, cancellationToken);
        await inner.PutAsync(name, content, cancellationToken);
    }

    public Task<BlobProperties?> GetPropertiesAsync(string name, CancellationToken cancellationToken) =>
        inner.GetPropertiesAsync(name, cancellationToken);

    public IAsyncEnumerable<BlobItem> ListAsync(string prefix, CancellationToken cancellationToken) =>
        inner.ListAsync(prefix, cancellationToken);

    public IAsyncEnumerable<BlobItem> ListKeptAsync(string prefix, CancellationToken cancellationToken) =>
        inner.ListKeptAsync(prefix, cancellationToken);

    public Task<bool> TryKeepAsync(string name, DateTimeOffset until, CancellationToken cancellationToken) =>
        inner.TryKeepAsync(name, until, cancellationToken);

    public Task<bool> DeleteAsync(string name, CancellationToken cancellationToken) =>
        inner.DeleteAsync(name, cancellationToken);

    public Task<BlobDeletion> TryDeleteAsync(string name, CancellationToken cancellationToken) =>
        inner.TryDeleteAsync(name, cancellationToken);

    public Task<IReadOnlyList<BlobDeletion>> TryDeleteAllAsync(
        IReadOnlyList<string> names,
        CancellationToken cancellationToken
    ) => inner.TryDeleteAllAsync(names, cancellationToken);

    public Task<bool> AcquireLeaseAsync(
        string name,
        Guid leaseId,
        TimeSpan duration,
        CancellationToken cancellationToken
    ) => inner.AcquireLeaseAsync(name, leaseId, duration, cancellationToken);

    public Task<string> DescribeLeaseAsync(string name, CancellationToken cancellationToken) =>
        inner.DescribeLeaseAsync(name, cancellationToken);

    public Task<bool> ReleaseLeaseAsync(string name, Guid leaseId, CancellationToken cancellationToken) =>
        inner.ReleaseLeaseAsync(name, leaseId, cancellationToken);

    /// <summary>Before it goes out: what is stored must not wait to be known.</summary>
    private ValueTask PayAsync(int bytes, CancellationToken cancellationToken) =>
        writes?.TakeAsync(bytes, cancellationToken) ?? ValueTask.CompletedTask;
}
