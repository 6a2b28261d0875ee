using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using AlfrescoBackupFlows.Platform;

namespace AlfrescoBackupFlows.Storage.Decorators;

/// <summary>Counts the requests that reach a store, by verb, and the bytes that went up and came down. Counts are taken
/// when a request succeeds.</summary>
public sealed class CountingBlobStore(IBlobStore inner) : IBlobStore
{
    private static readonly Counter<long> Requests = Telemetry.Meter.CreateCounter<long>(
        "abf.storage.requests",
        "{request}",
        "Requests that the storage answered, by kind"
    );

    private static readonly Counter<long> Moved = Telemetry.Meter.CreateCounter<long>(
        "abf.storage.io",
        "By",
        "Bytes of blobs that were written to the storage (up) and read from it (down)"
    );

    private static readonly string[] Kinds = [.. Enum.GetNames<BlobVerb>().Select(KindOf)];

    private readonly long[] _requests = new long[Enum.GetValues<BlobVerb>().Length];
    private long _bytesUp;
    private long _bytesDown;

    public string Location => inner.Location;

    public int PreferredBlobLength => inner.PreferredBlobLength;

    /// <summary>Bytes of blobs that this store's puts created or replaced; a put that found the name taken counts as a
    /// request only.</summary>
    public long BytesUp => Interlocked.Read(ref _bytesUp);

    /// <summary>Bytes read.</summary>
    public long BytesDown => Interlocked.Read(ref _bytesDown);

    /// <summary>All requests.</summary>
    public long Total => Enum.GetValues<BlobVerb>().Sum(Count);

    /// <summary>Requests of one kind.</summary>
    public long Count(BlobVerb verb) => Interlocked.Read(ref _requests[(int)verb]);

    public async Task<PutOutcome> PutIfAbsentAsync(
        string name,
        ReadOnlyMemory<byte> content,
        CancellationToken cancellationToken
    )
    {
        PutOutcome outcome = await inner.PutIfAbsentAsync(name, content, cancellationToken);
        Add(BlobVerb.PutIfAbsent);
        AddUp(outcome == PutOutcome.Created ? content.Length : 0);
        return outcome;
    }

    public async Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        await inner.PutAsync(name, content, cancellationToken);
        Add(BlobVerb.Put);
        AddUp(content.Length);
    }

    public async Task<int?> ReadAsync(
        string name,
        long offset,
        Memory<byte> destination,
        CancellationToken cancellationToken
    )
    {
        int? read = await inner.ReadAsync(name, offset, destination, cancellationToken);
        Add(BlobVerb.Read);
        AddDown(read ?? 0);
        return read;
    }

    public async Task<BlobProperties?> GetPropertiesAsync(string name, CancellationToken cancellationToken)
    {
        BlobProperties? properties = await inner.GetPropertiesAsync(name, cancellationToken);
        Add(BlobVerb.GetProperties);
        return properties;
    }

    public async IAsyncEnumerable<BlobItem> ListAsync(
        string prefix,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        Add(BlobVerb.List);
        await foreach (BlobItem item in inner.ListAsync(prefix, cancellationToken))
        {
            yield return item;
        }
    }

    public async IAsyncEnumerable<BlobItem> ListKeptAsync(
        string prefix,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        Add(BlobVerb.List);
        await foreach (BlobItem item in inner.ListKeptAsync(prefix, cancellationToken))
        {
            yield return item;
        }
    }

    public async Task<bool> TryKeepAsync(string name, DateTimeOffset until, CancellationToken cancellationToken)
    {
        bool kept = await inner.TryKeepAsync(name, until, cancellationToken);
        Add(BlobVerb.Put);
        return kept;
    }

    public async Task<bool> DeleteAsync(string name, CancellationToken cancellationToken)
    {
        bool deleted = await inner.DeleteAsync(name, cancellationToken);
        Add(BlobVerb.Delete);
        return deleted;
    }

    public async Task<BlobDeletion> TryDeleteAsync(string name, CancellationToken cancellationToken)
    {
        BlobDeletion deletion = await inner.TryDeleteAsync(name, cancellationToken);
        Add(BlobVerb.Delete);
        return deletion;
    }

    public async Task<IReadOnlyList<BlobDeletion>> TryDeleteAllAsync(
        IReadOnlyList<string> names,
        CancellationToken cancellationToken
    )
    {
        IReadOnlyList<BlobDeletion> deletions = await inner.TryDeleteAllAsync(names, cancellationToken);
        Add(BlobVerb.Delete, deletions.Count);
        return deletions;
    }

    public async Task<bool> AcquireLeaseAsync(
        string name,
        Guid leaseId,
        TimeSpan duration,
        CancellationToken cancellationToken
    )
    {
        bool acquired = await inner.AcquireLeaseAsync(name, leaseId, duration, cancellationToken);
        Add(BlobVerb.AcquireLease);
        return acquired;
    }

    public Task<string> DescribeLeaseAsync(string name, CancellationToken cancellationToken) =>
        inner.DescribeLeaseAsync(name, cancellationToken);

    public async Task<bool> ReleaseLeaseAsync(string name, Guid leaseId, CancellationToken cancellationToken)
    {
        bool released = await inner.ReleaseLeaseAsync(name, leaseId, cancellationToken);
        Add(BlobVerb.ReleaseLease);
        return released;
    }

    private void Add(BlobVerb verb, int count = 1)
    {
        Interlocked.Add(ref _requests[(int)verb], count);
        Requests.Add(count, new KeyValuePair<string, object?>("kind", Kinds[(int)verb]));
    }

    private void AddUp(int bytes)
    {
        Interlocked.Add(ref _bytesUp, bytes);
        Moved.Add(bytes, new KeyValuePair<string, object?>("direction", "up"));
    }

    private void AddDown(int bytes)
    {
        Interlocked.Add(ref _bytesDown, bytes);
        Moved.Add(bytes, new KeyValuePair<string, object?>("direction", "down"));
    }

    /// <summary><c>PutIfAbsent</c> is <c>put_if_absent</c>.</summary>
    private static string KindOf(string verb) =>
        string.Concat(
            verb.Select(
                (c, i) => char.IsUpper(c) && i > 0 ? $"_{char.ToLowerInvariant(c)}" : $"{char.ToLowerInvariant(c)}"
            )
        );
}
