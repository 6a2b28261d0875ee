using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Storage;
using AlfrescoBackupFlows.Testing.Stores;

namespace AlfrescoBackupFlows.Repository.Tests.Support;

/// <summary>A store, in memory unless another is given, whose writes a test interferes with.</summary>
internal abstract class WrappedStore(IBlobStore? inner = null) : IBlobStore
{
    private readonly IBlobStore _inner = inner ?? new MemoryBlobStore();

    public string Location => _inner.Location;

    public virtual int PreferredBlobLength => _inner.PreferredBlobLength;

    public virtual Task<PutOutcome> PutIfAbsentAsync(
        string name,
        ReadOnlyMemory<byte> content,
        CancellationToken cancellationToken
    ) => _inner.PutIfAbsentAsync(name, content, cancellationToken);

    public Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        _inner.PutAsync(name, content, cancellationToken);

    public virtual Task<int?> ReadAsync(
        string name,
        long offset,
        Memory<byte> destination,
        CancellationToken cancellationToken
    ) => _inner.ReadAsync(name, offset, destination, cancellationToken);

    public Task<BlobProperties?> GetPropertiesAsync(string name, CancellationToken cancellationToken) =>
        _inner.GetPropertiesAsync(name, cancellationToken);

    public virtual IAsyncEnumerable<BlobItem> ListAsync(string prefix, CancellationToken cancellationToken) =>
        _inner.ListAsync(prefix, cancellationToken);

    public virtual Task<bool> DeleteAsync(string name, CancellationToken cancellationToken) =>
        _inner.DeleteAsync(name, cancellationToken);

    public Task<bool> AcquireLeaseAsync(
        string name,
        Guid leaseId,
        TimeSpan duration,
        CancellationToken cancellationToken
    ) => _inner.AcquireLeaseAsync(name, leaseId, duration, cancellationToken);

    public Task<bool> ReleaseLeaseAsync(string name, Guid leaseId, CancellationToken cancellationToken) =>
        _inner.ReleaseLeaseAsync(name, leaseId, cancellationToken);
}

/// <summary>Refuses every blob whose name begins so.</summary>
internal sealed class FailingPuts(string prefix) : WrappedStore
{
    public override Task<PutOutcome> PutIfAbsentAsync(
        string name,
        ReadOnlyMemory<byte> content,
        CancellationToken cancellationToken
    ) =>
        name.StartsWith(prefix, StringComparison.Ordinal)
            ? throw new PermanentException(ErrorKind.Storage, "The store is full.")
            : base.PutIfAbsentAsync(name, content, cancellationToken);
}

/// <summary>Creates every blob and loses the first answer.</summary>
internal sealed class LostAnswers : WrappedStore
{
    private readonly HashSet<string> _lost = [];

    public bool Lose { get; set; }

    public override async Task<PutOutcome> PutIfAbsentAsync(
        string name,
        ReadOnlyMemory<byte> content,
        CancellationToken cancellationToken
    )
    {
        PutOutcome outcome = await base.PutIfAbsentAsync(name, content, cancellationToken);
        lock (_lost)
        {
            return Lose && _lost.Add(name)
                ? throw new TransientException(ErrorKind.Storage, "The connection broke.")
                : outcome;
        }
    }
}

/// <summary>A store that keeps whatever was written.</summary>
internal sealed class WithoutDeletes(IBlobStore? inner = null) : WrappedStore(inner)
{
    public override Task<bool> DeleteAsync(string name, CancellationToken cancellationToken) =>
        throw new PermanentException(ErrorKind.Storage, "The blob is protected until 2027-01-01.");
}

/// <summary>A store whose listings lack the names that end so.</summary>
internal sealed class HidingStore(string suffix) : WrappedStore
{
    public override IAsyncEnumerable<BlobItem> ListAsync(string prefix, CancellationToken cancellationToken) =>
        base.ListAsync(prefix, cancellationToken).Where(item => !item.Name.EndsWith(suffix, StringComparison.Ordinal));
}

/// <summary>Spoils what is read of a blob, so often.</summary>
internal sealed class BadReads(IBlobStore inner, string name, int times) : WrappedStore(inner)
{
    private int _left = times;

    public override async Task<int?> ReadAsync(
        string blob,
        long offset,
        Memory<byte> destination,
        CancellationToken cancellationToken
    )
    {
        int? read = await base.ReadAsync(blob, offset, destination, cancellationToken);
        if (blob == name && read > 0 && _left-- > 0)
        {
            destination.Span[read.Value / 2] ^= 1;
        }

        return read;
    }
}

/// <summary>Lets a test do something before the first write to the log.</summary>
internal sealed class Interference(IBlobStore inner, Func<Task> before) : WrappedStore(inner)
{
    private bool _done;

    public override async Task<PutOutcome> PutIfAbsentAsync(
        string name,
        ReadOnlyMemory<byte> content,
        CancellationToken cancellationToken
    )
    {
        if (!_done && name.StartsWith("log/", StringComparison.Ordinal))
        {
            _done = true;
            await before();
        }

        return await base.PutIfAbsentAsync(name, content, cancellationToken);
    }
}

/// <summary>Says of itself what length of blobs it prefers.</summary>
internal sealed class PreferringStore(IBlobStore inner, int length) : WrappedStore(inner)
{
    public override int PreferredBlobLength => length;
}
