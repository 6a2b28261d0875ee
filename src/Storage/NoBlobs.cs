using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Storage;

/// <summary>A store whose place is yet to be made: it holds nothing, and takes nothing.</summary>
/// <param name="location">Where it would be, for messages.</param>
public sealed class NoBlobs(string location) : IBlobStore
{
    public string Location => location;

    public Task<PutOutcome> PutIfAbsentAsync(
        string name,
        ReadOnlyMemory<byte> content,
        CancellationToken cancellationToken
    ) => Task.FromException<PutOutcome>(Refusal());

    public Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        Task.FromException(Refusal());

    public Task<int?> ReadAsync(
        string name,
        long offset,
        Memory<byte> destination,
        CancellationToken cancellationToken
    ) => Task.FromResult<int?>(null);

    public Task<BlobProperties?> GetPropertiesAsync(string name, CancellationToken cancellationToken) =>
        Task.FromResult<BlobProperties?>(null);

    public IAsyncEnumerable<BlobItem> ListAsync(string prefix, CancellationToken cancellationToken) =>
        AsyncEnumerable.Empty<BlobItem>();

    public Task<bool> DeleteAsync(string name, CancellationToken cancellationToken) => Task.FromResult(false);

    public Task<bool> AcquireLeaseAsync(
        string name,
        Guid leaseId,
        TimeSpan duration,
        CancellationToken cancellationToken
    ) => Task.FromException<bool>(Refusal());

    public Task<bool> ReleaseLeaseAsync(string name, Guid leaseId, CancellationToken cancellationToken) =>
        Task.FromResult(false);

    private PermanentException Refusal() => new(ErrorKind.Storage, $"{location} does not exist: make it");
}
