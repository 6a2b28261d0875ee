using System.Runtime.CompilerServices;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Storage;
using AlfrescoBackupFlows.Storage.Decorators;

namespace AlfrescoBackupFlows.Testing.Stores;

/// <summary>
/// A store that goes wrong as planned: <paramref name="plan"/> is asked at every call, in the order of their numbers,
/// and says what goes wrong with it, or null. For tests and the fault sweep.
/// </summary>
public sealed class FaultInjectingBlobStore(
    IBlobStore inner,
    Func<BlobCall, BlobFault?> plan,
    TimeProvider timeProvider
) : IBlobStore
{
    private int _calls;

    public FaultInjectingBlobStore(IBlobStore inner, Func<BlobCall, BlobFault?> plan)
        : this(inner, plan, TimeProvider.System) { }

    public string Location => inner.Location;

    public int PreferredBlobLength => inner.PreferredBlobLength;

    /// <summary>Calls so far; a sweep runs once without faults to learn how many there are.</summary>
    public int Calls => Volatile.Read(ref _calls);

    /// <summary>The n-th call, counted from 1, goes wrong.</summary>
    public static Func<BlobCall, BlobFault?> AtCall(int number, BlobFault fault) =>
        call => call.Number == number ? fault : null;

    /// <summary>Every call from the n-th on goes wrong.</summary>
    public static Func<BlobCall, BlobFault?> FromCall(int number, BlobFault fault) =>
        call => call.Number >= number ? fault : null;

    public Task<PutOutcome> PutIfAbsentAsync(
        string name,
        ReadOnlyMemory<byte> content,
        CancellationToken cancellationToken
    ) =>
        RunAsync(
            BlobVerb.PutIfAbsent,
            name,
            fault => inner.PutIfAbsentAsync(name, Cut(content, fault), cancellationToken),
            cancellationToken
        );

    public Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        RunAsync(
            BlobVerb.Put,
            name,
            async fault =>
            {
                await inner.PutAsync(name, Cut(content, fault), cancellationToken);
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
            async fault =>
            {
                int? read = await inner.ReadAsync(name, offset, destination, cancellationToken);
                return fault is { Truncate: true } ? read / 2 : read;
            },
            cancellationToken
        );

    public Task<BlobProperties?> GetPropertiesAsync(string name, CancellationToken cancellationToken) =>
        RunAsync(
            BlobVerb.GetProperties,
            name,
            _ => inner.GetPropertiesAsync(name, cancellationToken),
            cancellationToken
        );

    public IAsyncEnumerable<BlobItem> ListAsync(string prefix, CancellationToken cancellationToken) =>
        ListAsync(prefix, inner.ListAsync(prefix, cancellationToken), cancellationToken);

    public IAsyncEnumerable<BlobItem> ListKeptAsync(string prefix, CancellationToken cancellationToken) =>
        ListAsync(prefix, inner.ListKeptAsync(prefix, cancellationToken), cancellationToken);

    public Task<bool> TryKeepAsync(string name, DateTimeOffset until, CancellationToken cancellationToken) =>
        RunAsync(BlobVerb.Put, name, _ => inner.TryKeepAsync(name, until, cancellationToken), cancellationToken);

    public Task<string> DescribeLeaseAsync(string name, CancellationToken cancellationToken) =>
        inner.DescribeLeaseAsync(name, cancellationToken);

    private async IAsyncEnumerable<BlobItem> ListAsync(
        string prefix,
        IAsyncEnumerable<BlobItem> items,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        BlobFault? fault = await BeginAsync(BlobVerb.List, prefix, cancellationToken);
        await foreach (BlobItem item in fault is { Truncate: true } ? FirstHalfAsync(items, cancellationToken) : items)
        {
            yield return item;

            // The first page came, the next does not.
            ThrowAfter(fault, BlobVerb.List, prefix);
        }

        ThrowAfter(fault, BlobVerb.List, prefix);
    }

    public Task<bool> DeleteAsync(string name, CancellationToken cancellationToken) =>
        RunAsync(BlobVerb.Delete, name, _ => inner.DeleteAsync(name, cancellationToken), cancellationToken);

    /// <summary>One after the other, so that a fault may come at each.</summary>
    public async Task<IReadOnlyList<BlobDeletion>> TryDeleteAllAsync(
        IReadOnlyList<string> names,
        CancellationToken cancellationToken
    )
    {
        List<BlobDeletion> deletions = [];
        foreach (string name in names)
        {
            deletions.Add(await TryDeleteAsync(name, cancellationToken));
        }

        return deletions;
    }

    public Task<BlobDeletion> TryDeleteAsync(string name, CancellationToken cancellationToken) =>
        RunAsync(BlobVerb.Delete, name, _ => inner.TryDeleteAsync(name, cancellationToken), cancellationToken);

    public Task<bool> AcquireLeaseAsync(
        string name,
        Guid leaseId,
        TimeSpan duration,
        CancellationToken cancellationToken
    ) =>
        RunAsync(
            BlobVerb.AcquireLease,
            name,
            _ => inner.AcquireLeaseAsync(name, leaseId, duration, cancellationToken),
            cancellationToken
        );

    public Task<bool> ReleaseLeaseAsync(string name, Guid leaseId, CancellationToken cancellationToken) =>
        RunAsync(
            BlobVerb.ReleaseLease,
            name,
            _ => inner.ReleaseLeaseAsync(name, leaseId, cancellationToken),
            cancellationToken
        );

    private static ReadOnlyMemory<byte> Cut(ReadOnlyMemory<byte> content, BlobFault? fault) =>
        fault is { Truncate: true } ? content[..(content.Length / 2)] : content;

    private static async IAsyncEnumerable<BlobItem> FirstHalfAsync(
        IAsyncEnumerable<BlobItem> items,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        List<BlobItem> all = await items.ToListAsync(cancellationToken);
        foreach (BlobItem item in all.Take((all.Count + 1) / 2))
        {
            yield return item;
        }
    }

    private async Task<T> RunAsync<T>(
        BlobVerb verb,
        string name,
        Func<BlobFault?, Task<T>> request,
        CancellationToken cancellationToken
    )
    {
        BlobFault? fault = await BeginAsync(verb, name, cancellationToken);
        T result = await request(fault);
        ThrowAfter(fault, verb, name);
        return result;
    }

    private async Task<BlobFault?> BeginAsync(BlobVerb verb, string name, CancellationToken cancellationToken)
    {
        BlobCall call = new(Interlocked.Increment(ref _calls), verb, name);
        BlobFault? fault = plan(call);
        if (fault is null)
        {
            return null;
        }

        if (fault.Delay > TimeSpan.Zero)
        {
            await Task.Delay(fault.Delay, timeProvider, cancellationToken);
        }

        fault.Act?.Invoke(call);
        return fault.FailBefore ? throw Failure(fault, call.ToString()) : fault;
    }

    private static void ThrowAfter(BlobFault? fault, BlobVerb verb, string name)
    {
        if (fault is { FailAfter: true })
        {
            throw Failure(fault, $"after {verb} {name}");
        }
    }

    private static AbfException Failure(BlobFault fault, string what) =>
        fault.Permanent
            ? new PermanentException(ErrorKind.Storage, $"injected fault, {what}")
            : new TransientException(ErrorKind.Storage, $"injected fault, {what}");
}
