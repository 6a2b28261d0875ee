using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace AlfrescoBackupFlows.Storage.Azure;

/// <summary>Leases are the service's own, on empty blobs.</summary>
internal sealed class AzureLeases(AzureRequests requests)
{
    /// <summary>Null where there is no blob to lease; false where another holds it.</summary>
    public Task<bool?> TryAcquireAsync(
        string name,
        Guid leaseId,
        TimeSpan duration,
        CancellationToken cancellationToken
    )
    {
        BlobLeaseClient lease = Lease(name, leaseId);
        return requests.RunAsync<bool?>(
            $"lease {name}",
            async () =>
            {
                try
                {
                    // With an id of one's own, an acquire by the holder renews.
                    await lease.AcquireAsync(duration, cancellationToken: cancellationToken);
                    return true;
                }
                catch (RequestFailedException e)
                    when (e.ErrorCode == BlobErrorCode.LeaseAlreadyPresent
                        || e.ErrorCode == BlobErrorCode.LeaseIsBreakingAndCannotBeAcquired
                    )
                {
                    return false;
                }
                catch (RequestFailedException e) when (AzureFaults.IsAbsentBlob(e))
                {
                    return null;
                }
            },
            cancellationToken
        );
    }

    public async Task<string> DescribeAsync(string name, CancellationToken cancellationToken)
    {
        BlobClient blob = requests.Blob(name);
        bool isEndless = await requests.RunAsync(
            $"look at the lease of {name}",
            async () =>
            {
                try
                {
                    var found = await blob.GetPropertiesAsync(cancellationToken: cancellationToken);
                    return found.Value.LeaseDuration == LeaseDurationType.Infinite;
                }
                catch (RequestFailedException e) when (AzureFaults.IsAbsentBlob(e))
                {
                    return false;
                }
            },
            cancellationToken
        );
        return $"the lease is on the blob '{blob.Name}' at {requests.Container.Location.Shown}"
            + (
                isEndless
                    ? ", and has no end, so abf did not take it: break it with 'az storage blob lease break'"
                    : $", and ends by itself {BlobLease.MaxDuration.TotalSeconds} s after its last renewal"
            );
    }

    public Task<bool> ReleaseAsync(string name, Guid leaseId, CancellationToken cancellationToken)
    {
        BlobLeaseClient lease = Lease(name, leaseId);
        return requests.RunAsync(
            $"release the lease of {name}",
            async () =>
            {
                try
                {
                    await lease.ReleaseAsync(cancellationToken: cancellationToken);
                    return true;
                }
                catch (RequestFailedException e) when (e.Status is 409 or 412 || AzureFaults.IsAbsentBlob(e))
                {
                    return false;
                }
            },
            cancellationToken
        );
    }

    private BlobLeaseClient Lease(string name, Guid leaseId) =>
        requests.Blob(name).GetBlobLeaseClient(leaseId.ToString());
}
