using System.Runtime.CompilerServices;
using AlfrescoBackupFlows.Storage;
using AlfrescoBackupFlows.Storage.Decorators;

namespace AlfrescoBackupFlows.Testing.Stores;

/// <summary>
/// A store that asks a visitor before and after every request; a listing is one request, visited before its first blob
/// and after its last.
/// A visitor that never returns, or that ends the process, is a death at that request.
/// </summary>
/// <param name="numbers">Numbers the requests from 1; stores that share it have one order.</param>
/// <param name="visit">Told the request, whether it was served, and its token.</param>
public sealed class VisitedBlobStore(
    IBlobStore inner,
    RequestNumbers numbers,
    Func<BlobCall, bool, CancellationToken, Task> visit
) : IBlobStore
{
    public string Location => inner.Location;

    public int PreferredBlobLength => inner.PreferredBlobLength;

    public Task<PutOutcome> PutIfAbsentAsync(
        string name,
        ReadOnlyMemory<byte> content,
        CancellationToken cancellationToken
    ) =>
        RunAsync(
            BlobVerb.PutIfAbsent,
            name,
            () => inner.PutIfAbsentAsync(name, content, cancellationToken),
            cancellationToken
        );

    public Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        RunAsync(
            BlobVerb.Put,
            name,
            async () =>
            {
                await inner.PutAsync(name, content, cancellationToken);
                return true;
            },
            cancellationToken
        );

    public Task<int?> ReadAsync(
        string name,
        long offset,
        Memory<byte> destination,
        CancellationToken cancellationToken
    ) =>
        RunAsync(
            BlobVerb.Read,
            name,
            () => inner.ReadAsync(name, offset, destination, cancellationToken),
            cancellationToken
        );

    public Task<BlobProperties?> GetPropertiesAsync(string name, CancellationToken cancellationToken) =>
        RunAsync(
            BlobVerb.GetProperties,
            name,
            () => inner.GetPropertiesAsync(name, cancellationToken),
            cancellationToken
        );

    public async IAsyncEnumerable<BlobItem> ListAsync(
        string prefix,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        BlobCall call = new(numbers.Next(), BlobVerb.List, prefix);
        await visit(call, false, cancellationToken);
        await foreach (BlobItem item in inner.ListAsync(prefix, cancellationToken))
        {
            yield return item;
        }

        await visit(call, true, cancellationToken);
    }

    public async IAsyncEnumerable<BlobItem> ListKeptAsync(
        string prefix,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        BlobCall call = new(numbers.Next(), BlobVerb.List, prefix);
        await visit(call, false, cancellationToken);
        await foreach (BlobItem item in inner.ListKeptAsync(prefix, cancellationToken))
        {
            yield return item;
        }

        await visit(call, true, cancellationToken);
    }

    public Task<bool> TryKeepAsync(string name, DateTimeOffset until, CancellationToken cancellationToken) =>
        RunAsync(BlobVerb.Put, name, () => inner.TryKeepAsync(name, until, cancellationToken), cancellationToken);

    public Task<bool> DeleteAsync(string name, CancellationToken cancellationToken) =>
        RunAsync(BlobVerb.Delete, name, () => inner.DeleteAsync(name, cancellationToken), cancellationToken);

    public Task<BlobDeletion> TryDeleteAsync(string name, CancellationToken cancellationToken) =>
        RunAsync(BlobVerb.Delete, name, () => inner.TryDeleteAsync(name, cancellationToken), cancellationToken);

    public Task<bool> AcquireLeaseAsync(
        string name,
        Guid leaseId,
        TimeSpan duration,
        CancellationToken cancellationToken
    ) =>
        RunAsync(
            BlobVerb.AcquireLease,
            name,
            () => inner.AcquireLeaseAsync(name, leaseId, duration, cancellationToken),
            cancellationToken
        );

    public Task<bool> ReleaseLeaseAsync(string name, Guid leaseId, CancellationToken cancellationToken) =>
        RunAsync(
            BlobVerb.ReleaseLease,
            name,
            () => inner.ReleaseLeaseAsync(name, leaseId, cancellationToken),
            cancellationToken
        );

    private async Task<T> RunAsync<T>(
        BlobVerb verb,
        string name,
        Func<Task<T>> request,
        CancellationToken cancellationToken
    )
    {
        BlobCall call = new(numbers.Next(), verb, name);
        await visit(call, false, cancellationToken);
        T result = await request();
        await visit(call, true, cancellationToken);
        return result;
    }
}

/// <summary>Counts requests. Thread-safe.</summary>
public sealed class RequestNumbers
{
    private int _last;

    public int Last => Volatile.Read(ref _last);

    public int Next() => Interlocked.Increment(ref _last);
}
