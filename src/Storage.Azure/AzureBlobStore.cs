using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace AlfrescoBackupFlows.Storage.Azure;

/// <summary>Block blobs below a prefix of a container. Transient faults are tried again by the SDK; what it throws in
/// the end is translated.</summary>
public sealed class AzureBlobStore : IBlobStore
{
    // One Put Blob, so that a blob appears whole with one conditional request; nothing is larger.
    private const int MaxSingleUpload = 128 << 20;

    private readonly AzureContainer _container;
    private readonly int? _listingPage;

    private AzureBlobStore(AzureContainer container, int? listingPage)
    {
        _container = container;
        _listingPage = listingPage;
    }

    public string Location => _container.Location.Shown;

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
        BlobClient blob = Blob(name);
        return await RunAsync(
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
                    // A policy keeps what is there; whether it or the condition is looked at first is the service's affair.
                    return PutOutcome.AlreadyExists;
                }
            },
            cancellationToken
        );
    }

    public Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        BlobClient blob = Blob(name);
        return RunAsync(
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

        BlobClient blob = Blob(name);
        BlobDownloadOptions range = new() { Range = new HttpRange(offset, destination.Length) };
        return await RunAsync<int?>(
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
        BlobClient blob = Blob(name);
        return RunAsync(
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
        ListAsync(prefix, BlobTraits.None, cancellationToken);

    public IAsyncEnumerable<BlobItem> ListKeptAsync(string prefix, CancellationToken cancellationToken) =>
        ListAsync(prefix, BlobTraits.ImmutabilityPolicy, cancellationToken);

    /// <summary>For a blob that has a policy of its own (version-level immutability); its mode stays.</summary>
    public async Task<bool> TryKeepAsync(string name, DateTimeOffset until, CancellationToken cancellationToken)
    {
        BlobClient blob = Blob(name);
        return await RunAsync(
            $"extend the protection of {name}",
            async () =>
            {
                try
                {
                    var found = await blob.GetPropertiesAsync(cancellationToken: cancellationToken);
                    if (found.Value.ImmutabilityPolicy is not { ExpiresOn: { } before, PolicyMode: { } mode })
                    {
                        return false;
                    }

                    if (before < until)
                    {
                        await blob.SetImmutabilityPolicyAsync(
                            new BlobImmutabilityPolicy { ExpiresOn = until, PolicyMode = mode },
                            cancellationToken: cancellationToken
                        );
                    }

                    return true;
                }
                catch (RequestFailedException e) when (e.Status is 400 or 403 or 404 or 409)
                {
                    // Not switched on for this account or container, or not permitted: nothing else hangs on it.
                    return false;
                }
            },
            cancellationToken
        );
    }

    private async IAsyncEnumerable<BlobItem> ListAsync(
        string prefix,
        BlobTraits traits,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        string doing = $"list {prefix}*";
        GetBlobsOptions wanted = new() { Prefix = _container.Location.Prefix + prefix, Traits = traits };
        await using IAsyncEnumerator<Page<global::Azure.Storage.Blobs.Models.BlobItem>> pages = _container
            .Client.GetBlobsAsync(wanted, cancellationToken)
            .AsPages(pageSizeHint: _listingPage)
            .GetAsyncEnumerator(cancellationToken);
        // A service that comes back to where it was would be listed for ever.
        HashSet<string> passed = new(StringComparer.Ordinal);
        bool isFirst = true;
        bool isRefused = false;
        while (await RunAsync(doing, MoveNextAsync, cancellationToken))
        {
            isFirst = false;
            if (pages.Current.ContinuationToken is { Length: > 0 } next && !passed.Add(next))
            {
                throw AzureFaults.Odd(_container, doing, "its pages lead back to one that was there before");
            }

            foreach (global::Azure.Storage.Blobs.Models.BlobItem item in pages.Current.Values)
            {
                if (!item.Name.StartsWith(wanted.Prefix, StringComparison.Ordinal))
                {
                    throw AzureFaults.Odd(_container, doing, "it names a blob that was not asked for");
                }

                DateTimeOffset created =
                    item.Properties.CreatedOn ?? item.Properties.LastModified ?? DateTimeOffset.MinValue;
                yield return new BlobItem(
                    item.Name[_container.Location.Prefix.Length..],
                    item.Properties.ContentLength ?? 0,
                    created
                )
                {
                    ContentMd5 = item.Properties.ContentHash,
                    KeptUntil = item.Properties.ImmutabilityPolicy?.ExpiresOn,
                };
            }
        }

        if (isRefused)
        {
            await foreach (BlobItem item in ListAsync(prefix, BlobTraits.None, cancellationToken))
            {
                yield return item;
            }
        }

        async Task<bool> MoveNextAsync()
        {
            try
            {
                return await pages.MoveNextAsync();
            }
            catch (RequestFailedException e) when (isFirst && traits != BlobTraits.None && e.Status is (400 or 409))
            {
                // Such an account has no dates to tell, such as one with a hierarchical name space.
                isRefused = true;
                return false;
            }
        }
    }

    public async Task<bool> DeleteAsync(string name, CancellationToken cancellationToken)
    {
        BlobClient blob = Blob(name);
        return await RunAsync(
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

    public async Task<BlobDeletion> TryDeleteAsync(string name, CancellationToken cancellationToken)
    {
        BlobClient blob = Blob(name);
        return await RunAsync(
            $"delete {name}",
            async () =>
            {
                try
                {
                    await blob.DeleteAsync(cancellationToken: cancellationToken);
                    return BlobDeletion.Deleted;
                }
                catch (RequestFailedException e) when (AzureFaults.IsAbsentBlob(e))
                {
                    return BlobDeletion.Absent;
                }
                catch (RequestFailedException e) when (AzureFaults.IsImmutable(e))
                {
                    return await FindKeptUntilAsync(blob, cancellationToken);
                }
            },
            cancellationToken
        );
    }

    public async Task<bool> AcquireLeaseAsync(
        string name,
        Guid leaseId,
        TimeSpan duration,
        CancellationToken cancellationToken
    )
    {
        BlobLease.CheckDuration(duration);
        if (await TryAcquireAsync(name, leaseId, duration, cancellationToken) is { } acquired)
        {
            return acquired;
        }

        await PutIfAbsentAsync(name, ReadOnlyMemory<byte>.Empty, cancellationToken);
        return await TryAcquireAsync(name, leaseId, duration, cancellationToken) ?? false;
    }

    public async Task<string> DescribeLeaseAsync(string name, CancellationToken cancellationToken)
    {
        BlobClient blob = Blob(name);
        bool isEndless = await RunAsync(
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
        return $"the lease is on the blob '{blob.Name}' at {Location}"
            + (
                isEndless
                    ? ", and has no end, so abf did not take it: break it with 'az storage blob lease break'"
                    : $", and ends by itself {BlobLease.MaxDuration.TotalSeconds} s after its last renewal"
            );
    }

    public Task<bool> ReleaseLeaseAsync(string name, Guid leaseId, CancellationToken cancellationToken)
    {
        BlobLeaseClient lease = Lease(name, leaseId);
        return RunAsync(
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

    /// <summary>Null where there is no blob to lease.</summary>
    private Task<bool?> TryAcquireAsync(
        string name,
        Guid leaseId,
        TimeSpan duration,
        CancellationToken cancellationToken
    )
    {
        BlobLeaseClient lease = Lease(name, leaseId);
        return RunAsync<bool?>(
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

    /// <summary>The policy of a container does not show; the date of a blob's own policy does.</summary>
    private static async Task<BlobDeletion> FindKeptUntilAsync(BlobClient blob, CancellationToken cancellationToken)
    {
        try
        {
            var found = await blob.GetPropertiesAsync(cancellationToken: cancellationToken);
            return BlobDeletion.Kept(found.Value.HasLegalHold ? null : found.Value.ImmutabilityPolicy?.ExpiresOn);
        }
        catch (RequestFailedException e) when (AzureFaults.IsAbsentBlob(e))
        {
            return BlobDeletion.Absent;
        }
    }

    private static BlobUploadOptions NewUpload() =>
        new() { TransferOptions = new() { InitialTransferSize = MaxSingleUpload } };

    private BlobClient Blob(string name)
    {
        BlobNames.Check(name);
        return _container.Client.GetBlobClient(_container.Location.Prefix + name);
    }

    private BlobLeaseClient Lease(string name, Guid leaseId) => Blob(name).GetBlobLeaseClient(leaseId.ToString());

    private async Task<T> RunAsync<T>(string doing, Func<Task<T>> request, CancellationToken cancellationToken)
    {
        try
        {
            return await request();
        }
        catch (Exception e) when (AzureFaults.IsExpected(e, cancellationToken))
        {
            throw AzureFaults.Translate(e, _container, doing);
        }
    }
}
