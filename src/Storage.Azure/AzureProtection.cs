using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace AlfrescoBackupFlows.Storage.Azure;

/// <summary>
/// The dates until which policies keep blobs. The policy of a container does not show; a blob's own does.
/// </summary>
internal sealed class AzureProtection(AzureRequests requests)
{
    /// <summary>For a blob that has a policy of its own (version-level immutability); its mode stays.</summary>
    public async Task<bool> TryKeepAsync(string name, DateTimeOffset until, CancellationToken cancellationToken)
    {
        BlobClient blob = requests.Blob(name);
        return await requests.RunAsync(
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

    /// <summary>Deletes a blob unless something keeps it.</summary>
    public async Task<BlobDeletion> TryDeleteAsync(string name, CancellationToken cancellationToken)
    {
        BlobClient blob = requests.Blob(name);
        return await requests.RunAsync(
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
}
