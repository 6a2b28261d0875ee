namespace AlfrescoBackupFlows.Storage.Decorators;

/// <summary>
/// A store that is opened when it is needed, and again after a call that failed: a process that lives for months begins
/// while a volume is not mounted, and goes on when it is mounted again, which may be as another device.
/// For who reads alone: what a writer knows of a store must not outlive it.
/// </summary>
/// <param name="location">As <see cref="IBlobStore.Location"/>, until it was open once.</param>
/// <param name="open">Opens it, or throws what the call is to throw.</param>
public sealed class ReopeningBlobStore(string location, Func<IBlobStore> open) : IBlobStore
{
    private volatile IBlobStore? _inner;
    private volatile string _location = location;

    /// <summary>The same from the first opening on: what is remembered of a store is remembered by it.</summary>
    public string Location => _location;

    public Task<int?> ReadAsync(
        string name,
        long offset,
        Memory<byte> destination,
        CancellationToken cancellationToken
    ) => TryAsync(inner => inner.ReadAsync(name, offset, destination, cancellationToken));

    public Task<PutOutcome> PutIfAbsentAsync(
        string name,
        ReadOnlyMemory<byte> content,
        CancellationToken cancellationToken
    ) => TryAsync(inner => inner.PutIfAbsentAsync(name, content, cancellationToken));

    public Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        TryAsync(async inner =>
        {
            await inner.PutAsync(name, content, cancellationToken);
            return true;
        });

    public Task<BlobProperties?> GetPropertiesAsync(string name, CancellationToken cancellationToken) =>
        TryAsync(inner => inner.GetPropertiesAsync(name, cancellationToken));

    public IAsyncEnumerable<BlobItem> ListAsync(string prefix, CancellationToken cancellationToken) =>
        ListAsync(inner => inner.ListAsync(prefix, cancellationToken));

    public IAsyncEnumerable<BlobItem> ListKeptAsync(string prefix, CancellationToken cancellationToken) =>
        ListAsync(inner => inner.ListKeptAsync(prefix, cancellationToken));

    public Task<bool> TryKeepAsync(string name, DateTimeOffset until, CancellationToken cancellationToken) =>
        TryAsync(inner => inner.TryKeepAsync(name, until, cancellationToken));

    public Task<bool> DeleteAsync(string name, CancellationToken cancellationToken) =>
        TryAsync(inner => inner.DeleteAsync(name, cancellationToken));

    public Task<BlobDeletion> TryDeleteAsync(string name, CancellationToken cancellationToken) =>
        TryAsync(inner => inner.TryDeleteAsync(name, cancellationToken));

    public Task<IReadOnlyList<BlobDeletion>> TryDeleteAllAsync(
        IReadOnlyList<string> names,
        CancellationToken cancellationToken
    ) => TryAsync(inner => inner.TryDeleteAllAsync(names, cancellationToken));

    public Task<bool> AcquireLeaseAsync(
        string name,
        Guid leaseId,
        TimeSpan duration,
        CancellationToken cancellationToken
    ) => TryAsync(inner => inner.AcquireLeaseAsync(name, leaseId, duration, cancellationToken));

    public Task<string> DescribeLeaseAsync(string name, CancellationToken cancellationToken) =>
        TryAsync(inner => inner.DescribeLeaseAsync(name, cancellationToken));

    public Task<bool> ReleaseLeaseAsync(string name, Guid leaseId, CancellationToken cancellationToken) =>
        TryAsync(inner => inner.ReleaseLeaseAsync(name, leaseId, cancellationToken));

    private IBlobStore Open()
    {
        IBlobStore inner = _inner ?? open();
        (_inner, _location) = (inner, inner.Location);
        return inner;
    }

    private async Task<T> TryAsync<T>(Func<IBlobStore, Task<T>> call)
    {
        try
        {
            return await call(Open());
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _inner = null;
            throw;
        }
    }

    private async IAsyncEnumerable<BlobItem> ListAsync(Func<IBlobStore, IAsyncEnumerable<BlobItem>> list)
    {
        await using IAsyncEnumerator<BlobItem> items = list(Open()).GetAsyncEnumerator();
        while (await TryAsync(_ => items.MoveNextAsync().AsTask()))
        {
            yield return items.Current;
        }
    }
}
