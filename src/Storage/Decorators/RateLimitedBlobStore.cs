namespace AlfrescoBackupFlows.Storage.Decorators;

/// <summary>
/// Reads no more bytes a second, on average, than it is told: whoever reads waits until the bytes of all readers before
/// are paid for, and its own. All else passes.
/// </summary>
/// <param name="bytesPerSecond">At least 1.</param>
public sealed class RateLimitedBlobStore(IBlobStore inner, long bytesPerSecond, TimeProvider time) : IBlobStore
{
    private readonly Lock _gate = new();
    private readonly long _started = time.GetTimestamp();

    /// <summary>When everything that was read is paid for.</summary>
    private TimeSpan _free;

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
        if (Take(read ?? 0) is var wait && wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, time, cancellationToken);
        }

        return read;
    }

    public Task<PutOutcome> PutIfAbsentAsync(
        string name,
        ReadOnlyMemory<byte> content,
        CancellationToken cancellationToken
    ) => inner.PutIfAbsentAsync(name, content, cancellationToken);

    public Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        inner.PutAsync(name, content, cancellationToken);

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

    /// <returns>How long to wait.</returns>
    private TimeSpan Take(int bytes)
    {
        lock (_gate)
        {
            // What was not read in time is not made up for later.
            TimeSpan now = time.GetElapsedTime(_started);
            TimeSpan from = _free > now ? _free : now;
            _free = from + TimeSpan.FromSeconds((double)bytes / bytesPerSecond);
            return _free - now;
        }
    }
}
