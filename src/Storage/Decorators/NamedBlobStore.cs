using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Storage.Decorators;

/// <summary>A store that is not the repository's own: its faults are told by the name that it has.</summary>
public sealed class NamedBlobStore(IBlobStore inner, StoreName name) : IBlobStore
{
    public string Location => inner.Location;

    public int PreferredBlobLength => inner.PreferredBlobLength;

    /// <summary>Opens it under its name.</summary>
    /// <param name="open">Throws what the repository's own store would.</param>
    public static async Task<IBlobStore> OpenAsync(StoreName name, Func<Task<IBlobStore>> open)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(open);
        try
        {
            return new NamedBlobStore(await open(), name);
        }
        catch (AbfException e)
        {
            throw name.Tell(e);
        }
    }

    public Task<int?> ReadAsync(
        string name,
        long offset,
        Memory<byte> destination,
        CancellationToken cancellationToken
    ) => TryAsync(() => inner.ReadAsync(name, offset, destination, cancellationToken));

    public Task<PutOutcome> PutIfAbsentAsync(
        string name,
        ReadOnlyMemory<byte> content,
        CancellationToken cancellationToken
    ) => TryAsync(() => inner.PutIfAbsentAsync(name, content, cancellationToken));

    public Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        TryAsync(async () =>
        {
            await inner.PutAsync(name, content, cancellationToken);
            return true;
        });

    public Task<BlobProperties?> GetPropertiesAsync(string name, CancellationToken cancellationToken) =>
        TryAsync(() => inner.GetPropertiesAsync(name, cancellationToken));

    public IAsyncEnumerable<BlobItem> ListAsync(string prefix, CancellationToken cancellationToken) =>
        ListAsync(inner.ListAsync(prefix, cancellationToken));

    public IAsyncEnumerable<BlobItem> ListKeptAsync(string prefix, CancellationToken cancellationToken) =>
        ListAsync(inner.ListKeptAsync(prefix, cancellationToken));

    public Task<bool> TryKeepAsync(string name, DateTimeOffset until, CancellationToken cancellationToken) =>
        TryAsync(() => inner.TryKeepAsync(name, until, cancellationToken));

    public Task<bool> DeleteAsync(string name, CancellationToken cancellationToken) =>
        TryAsync(() => inner.DeleteAsync(name, cancellationToken));

    public Task<BlobDeletion> TryDeleteAsync(string name, CancellationToken cancellationToken) =>
        TryAsync(() => inner.TryDeleteAsync(name, cancellationToken));

    public Task<IReadOnlyList<BlobDeletion>> TryDeleteAllAsync(
        IReadOnlyList<string> names,
        CancellationToken cancellationToken
    ) => TryAsync(() => inner.TryDeleteAllAsync(names, cancellationToken));

    public Task<bool> AcquireLeaseAsync(
        string name,
        Guid leaseId,
        TimeSpan duration,
        CancellationToken cancellationToken
    ) => TryAsync(() => inner.AcquireLeaseAsync(name, leaseId, duration, cancellationToken));

    public Task<string> DescribeLeaseAsync(string name, CancellationToken cancellationToken) =>
        TryAsync(() => inner.DescribeLeaseAsync(name, cancellationToken));

    public Task<bool> ReleaseLeaseAsync(string name, Guid leaseId, CancellationToken cancellationToken) =>
        TryAsync(() => inner.ReleaseLeaseAsync(name, leaseId, cancellationToken));

    private async Task<T> TryAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (AbfException e)
        {
            throw name.Tell(e);
        }
    }

    private async IAsyncEnumerable<BlobItem> ListAsync(IAsyncEnumerable<BlobItem> list)
    {
        await using IAsyncEnumerator<BlobItem> items = list.GetAsyncEnumerator();
        while (await TryAsync(() => items.MoveNextAsync().AsTask()))
        {
            yield return items.Current;
        }
    }
}
