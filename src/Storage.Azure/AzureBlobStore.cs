using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace AlfrescoBackupFlows.Storage.Azure;

/// <summary>Block blobs below a prefix of a container. Transient faults are tried again by the SDK; what it throws in
/// the end is translated.</summary>
public sealed class AzureBlobStore : IBlobStore
{
    // One Put Blob, so that a blob appears whole with one conditional request; nothing is larger.
    private const int MaxSingleUpload = 128 << 20;

    private readonly AzureRequests _requests;
    private readonly AzureListing _listing;
    private readonly AzureLeases _leases;
    private readonly AzureProtection _protection;

    private AzureBlobStore(AzureContainer container, int? listingPage)
    {
        _requests = new AzureRequests(container);
        _listing = new AzureListing(_requests, listingPage);
        _leases = new AzureLeases(_requests);
        _protection = new AzureProtection(_requests);
    }

    public string Location => _requests.Container.Location.Shown;

    /// <summary>Reads the settings; the first call tells whether the container can be reached.</summary>
    public static AzureBlobStore Open(AzureStoreOptions options) =>
        new(AzureContainer.Open(options), options.ListingPage);

    public async Task<PutOutcome> PutIfAbsentAsync(
        string name,
        ReadOnlyMemory<byte> content,
        CancellationToken cancellationToken
    )
    {
        BlobUploadOptions absent = NewUpload();
        absent.Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All };
        BlobClient blob = _requests.Blob(name);
        return await _requests.RunAsync(
            $"create {name}",
            async () =>
            {
                try
                {
                    await blob.UploadAsync(BinaryData.FromBytes(content), absent, cancellationToken);
                    return PutOutcome.Created;
                }
                catch (RequestFailedException e)
                    when (e.Status == 412
                        || e.ErrorCode == BlobErrorCode.BlobAlreadyExists
                        || AzureFaults.IsImmutable(e)
                    )
                {
                    // A policy keeps what is there; the service looks at it before the condition, or after.
                    return PutOutcome.AlreadyExists;
                }
            },
            cancellationToken
        );
    }

    public Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        BlobClient blob = _requests.Blob(name);
        return _requests.RunAsync(
            $"write {name}",
            () => blob.UploadAsync(BinaryData.FromBytes(content), NewUpload(), cancellationToken),
            cancellationToken
        );
    }

    public async Task<int?> ReadAsync(
        string name,
        long offset,
        Memory<byte> destination,
        CancellationToken cancellationToken
    )
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        if (destination.IsEmpty)
        {
            return await GetPropertiesAsync(name, cancellationToken) is null ? null : 0;
        }

        BlobClient blob = _requests.Blob(name);
        BlobDownloadOptions range = new() { Range = new HttpRange(offset, destination.Length) };
        return await _requests.RunAsync<int?>(
            $"read {name}",
            async () =>
            {
                try
                {
                    using BlobDownloadStreamingResult result = await blob.DownloadStreamingAsync(
                        range,
                        cancellationToken
                    );
                    int read = await result.Content.ReadAtLeastAsync(
                        destination,
                        destination.Length,
                        throwOnEndOfStream: false,
                        cancellationToken
                    );
                    return read == result.Details.ContentLength
                        ? read
                        : throw new IOException(
                            $"the answer ended after {read} of {result.Details.ContentLength} bytes"
                        );
                }
                catch (RequestFailedException e) when (e.Status == 416)
                {
                    return 0;
                }
                catch (RequestFailedException e) when (AzureFaults.IsAbsentBlob(e))
                {
                    return null;
                }
            },
            cancellationToken
        );
    }

    public Task<BlobProperties?> GetPropertiesAsync(string name, CancellationToken cancellationToken)
    {
        BlobClient blob = _requests.Blob(name);
        return _requests.RunAsync(
            $"look at {name}",
            async () =>
            {
                try
                {
                    global::Azure.Storage.Blobs.Models.BlobProperties found = await blob.GetPropertiesAsync(
                        cancellationToken: cancellationToken
                    );
                    return new BlobProperties(found.ContentLength, found.CreatedOn);
                }
                catch (RequestFailedException e) when (AzureFaults.IsAbsentBlob(e))
                {
                    return null;
                }
            },
            cancellationToken
        );
    }

    public IAsyncEnumerable<BlobItem> ListAsync(string prefix, CancellationToken cancellationToken) =>
        _listing.ListAsync(prefix, BlobTraits.None, cancellationToken);

    public IAsyncEnumerable<BlobItem> ListKeptAsync(string prefix, CancellationToken cancellationToken) =>
        _listing.ListAsync(prefix, BlobTraits.ImmutabilityPolicy, cancellationToken);

    public async Task<bool> DeleteAsync(string name, CancellationToken cancellationToken)
    {
        BlobClient blob = _requests.Blob(name);
        return await _requests.RunAsync(
            $"delete {name}",
            async () =>
            {
                try
                {
                    // Not DeleteIfExists: that one calls a missing container a success.
                    await blob.DeleteAsync(cancellationToken: cancellationToken);
                    return true;
                }
                catch (RequestFailedException e) when (AzureFaults.IsAbsentBlob(e))
                {
                    return false;
                }
            },
            cancellationToken
        );
    }

    public Task<BlobDeletion> TryDeleteAsync(string name, CancellationToken cancellationToken) =>
        _protection.TryDeleteAsync(name, cancellationToken);

    public Task<bool> TryKeepAsync(string name, DateTimeOffset until, CancellationToken cancellationToken) =>
        _protection.TryKeepAsync(name, until, cancellationToken);

    public async Task<bool> AcquireLeaseAsync(
        string name,
        Guid leaseId,
        TimeSpan duration,
        CancellationToken cancellationToken
    )
    {
        BlobLease.CheckDuration(duration);
        if (await _leases.TryAcquireAsync(name, leaseId, duration, cancellationToken) is { } acquired)
        {
            return acquired;
        }

        await PutIfAbsentAsync(name, ReadOnlyMemory<byte>.Empty, cancellationToken);
        return await _leases.TryAcquireAsync(name, leaseId, duration, cancellationToken) ?? false;
    }

    public Task<string> DescribeLeaseAsync(string name, CancellationToken cancellationToken) =>
        _leases.DescribeAsync(name, cancellationToken);

    public Task<bool> ReleaseLeaseAsync(string name, Guid leaseId, CancellationToken cancellationToken) =>
        _leases.ReleaseAsync(name, leaseId, cancellationToken);

    private static BlobUploadOptions NewUpload() =>
        new() { TransferOptions = new() { InitialTransferSize = MaxSingleUpload } };
}
