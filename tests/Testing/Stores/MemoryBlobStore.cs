using System.Runtime.CompilerServices;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Testing.Stores;

/// <summary>Blobs in memory, for tests. Behaves as the durable stores do.</summary>
public sealed class MemoryBlobStore : IBlobStore
{
    private readonly Lock _gate = new();
    private readonly SortedList<string, Blob> _blobs = new(BlobOrder.OfNames);
    private readonly Dictionary<string, Lease> _leases = new(StringComparer.Ordinal);
    private readonly TimeProvider _time;
    private readonly int _listingPage;

    public MemoryBlobStore()
        : this(TimeProvider.System) { }

    public MemoryBlobStore(TimeProvider timeProvider)
        : this(timeProvider, 1000) { }

    public MemoryBlobStore(TimeProvider timeProvider, int listingPage)
    {
        _time = timeProvider;
        _listingPage = listingPage;
    }

    private sealed record Blob(byte[] Content, DateTimeOffset Created);

    private sealed record Lease(Guid Holder, DateTimeOffset Expires);

    public string Location => "memory";

    public Task<PutOutcome> PutIfAbsentAsync(
        string name,
        ReadOnlyMemory<byte> content,
        CancellationToken cancellationToken
    ) =>
        RunAsync(
            name,
            () =>
                _blobs.TryAdd(name, new Blob(content.ToArray(), _time.GetUtcNow()))
                    ? PutOutcome.Created
                    : PutOutcome.AlreadyExists,
            cancellationToken
        );

    public Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        RunAsync(name, () => _blobs[name] = new Blob(content.ToArray(), _time.GetUtcNow()), cancellationToken);

    public Task<int?> ReadAsync(string name, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        return RunAsync<int?>(
            name,
            () =>
            {
                if (!_blobs.TryGetValue(name, out Blob? blob))
                {
                    return null;
                }

                ReadOnlySpan<byte> rest = blob.Content.AsSpan((int)Math.Min(offset, blob.Content.Length));
                ReadOnlySpan<byte> part = rest[..Math.Min(rest.Length, destination.Length)];
                part.CopyTo(destination.Span);
                return part.Length;
            },
            cancellationToken
        );
    }

    public Task<BlobProperties?> GetPropertiesAsync(string name, CancellationToken cancellationToken) =>
        RunAsync(
            name,
            () =>
                _blobs.TryGetValue(name, out Blob? blob) ? new BlobProperties(blob.Content.Length, blob.Created) : null,
            cancellationToken
        );

    public async IAsyncEnumerable<BlobItem> ListAsync(
        string prefix,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        List<BlobItem> page;
        string? after = null;
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            page = ReadPage(prefix, after);
            foreach (BlobItem item in page)
            {
                yield return item;
            }

            await Task.Yield();
            after = page.Count == 0 ? null : page[^1].Name;
        } while (page.Count == _listingPage);
    }

    public Task<bool> DeleteAsync(string name, CancellationToken cancellationToken) =>
        RunAsync(name, () => _blobs.Remove(name), cancellationToken);

    public Task<bool> AcquireLeaseAsync(
        string name,
        Guid leaseId,
        TimeSpan duration,
        CancellationToken cancellationToken
    )
    {
        BlobLease.CheckDuration(duration);
        return RunAsync(
            name,
            () =>
            {
                DateTimeOffset now = _time.GetUtcNow();
                _blobs.TryAdd(name, new Blob([], now));
                if (_leases.TryGetValue(name, out Lease? lease) && lease.Expires > now && lease.Holder != leaseId)
                {
                    return false;
                }

                _leases[name] = new Lease(leaseId, now + duration);
                return true;
            },
            cancellationToken
        );
    }

    public Task<bool> ReleaseLeaseAsync(string name, Guid leaseId, CancellationToken cancellationToken) =>
        RunAsync(
            name,
            () =>
                _leases.TryGetValue(name, out Lease? lease)
                && lease.Holder == leaseId
                && _leases.Remove(name)
                && lease.Expires > _time.GetUtcNow(),
            cancellationToken
        );

    private Task<T> RunAsync<T>(string name, Func<T> work, CancellationToken cancellationToken)
    {
        BlobNames.Check(name);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            return Task.FromResult(work());
        }
    }

    private List<BlobItem> ReadPage(string prefix, string? after)
    {
        lock (_gate)
        {
            return
            [
                .. _blobs
                    .Where(blob =>
                        blob.Key.StartsWith(prefix, StringComparison.Ordinal)
                        && (after is null || BlobOrder.OfNames.Compare(blob.Key, after) > 0)
                    )
                    .Take(_listingPage)
                    .Select(blob => new BlobItem(blob.Key, blob.Value.Content.Length, blob.Value.Created)),
            ];
        }
    }
}
