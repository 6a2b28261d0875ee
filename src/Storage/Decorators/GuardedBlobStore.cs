namespace AlfrescoBackupFlows.Storage.Decorators;

/// <summary>Hands each call on to another store, by one method that may act on what it throws.</summary>
public abstract class GuardedBlobStore : IBlobStore
{
    public abstract string Location { get; }

    /// <summary>The store that calls go to, opened where it is not.</summary>
    protected abstract IBlobStore Open();

    public Task<int?> ReadAsync(
        string name,
        long offset,
        Memory<byte> destination,
        CancellationToken cancellationToken
    ) => CallAsync(inner => inner.ReadAsync(name, offset, destination, cancellationToken));

    public Task<PutOutcome> PutIfAbsentAsync(
        string name,
        ReadOnlyMemory<byte> content,
        CancellationToken cancellationToken
    ) => CallAsync(inner => inner.PutIfAbsentAsync(name, content, cancellationToken));

    public Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        CallAsync(async inner =>
        {
            await inner.PutAsync(name, content, cancellationToken);
            return true;
        });

    public Task<BlobProperties?> GetPropertiesAsync(string name, CancellationToken cancellationToken) =>
        CallAsync(inner => inner.GetPropertiesAsync(name, cancellationToken));

    public IAsyncEnumerable<BlobItem> ListAsync(string prefix, CancellationToken cancellationToken) =>
        ListAsync(inner => inner.ListAsync(prefix, cancellationToken));

    public IAsyncEnumerable<BlobItem> ListKeptAsync(string prefix, CancellationToken cancellationToken) =>
        ListAsync(inner => inner.ListKeptAsync(prefix, cancellationToken));

    public Task<bool> TryKeepAsync(string name, DateTimeOffset until, CancellationToken cancellationToken) =>
        CallAsync(inner => inner.TryKeepAsync(name, until, cancellationToken));

    public Task<bool> DeleteAsync(string name, CancellationToken cancellationToken) =>
        CallAsync(inner => inner.DeleteAsync(name, cancellationToken));

    public Task<BlobDeletion> TryDeleteAsync(string name, CancellationToken cancellationToken) =>
        CallAsync(inner => inner.TryDeleteAsync(name, cancellationToken));

    public Task<IReadOnlyList<BlobDeletion>> TryDeleteAllAsync(
        IReadOnlyList<string> names,
        CancellationToken cancellationToken
    ) => CallAsync(inner => inner.TryDeleteAllAsync(names, cancellationToken));

    public Task<bool> AcquireLeaseAsync(
        string name,
        Guid leaseId,
        TimeSpan duration,
        CancellationToken cancellationToken
    ) => CallAsync(inner => inner.AcquireLeaseAsync(name, leaseId, duration, cancellationToken));

    public Task<string> DescribeLeaseAsync(string name, CancellationToken cancellationToken) =>
        CallAsync(inner => inner.DescribeLeaseAsync(name, cancellationToken));

    public Task<bool> ReleaseLeaseAsync(string name, Guid leaseId, CancellationToken cancellationToken) =>
        CallAsync(inner => inner.ReleaseLeaseAsync(name, leaseId, cancellationToken));

    /// <summary>Makes a call of <see cref="Open"/>.</summary>
    protected abstract Task<T> CallAsync<T>(Func<IBlobStore, Task<T>> call);

    private async IAsyncEnumerable<BlobItem> ListAsync(Func<IBlobStore, IAsyncEnumerable<BlobItem>> list)
    {
        await using IAsyncEnumerator<BlobItem> items = list(Open()).GetAsyncEnumerator();
        while (await CallAsync(_ => items.MoveNextAsync().AsTask()))
        {
            yield return items.Current;
        }
    }
}
