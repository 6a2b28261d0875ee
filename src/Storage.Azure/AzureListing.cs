using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs.Models;

namespace AlfrescoBackupFlows.Storage.Azure;

/// <summary>
/// Lists blobs page by page, and believes no service that goes in circles or names what was not asked for.
/// </summary>
/// <param name="pageSize">Blobs of a page; null: as many as the service likes.</param>
internal sealed class AzureListing(AzureRequests requests, int? pageSize)
{
    /// <param name="traits">What is told of each blob beside its length and time; what the account does not have is left
    /// out.</param>
    public async IAsyncEnumerable<BlobItem> ListAsync(
        string prefix,
        BlobTraits traits,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        string doing = $"list {prefix}*";
        AzureContainer container = requests.Container;
        GetBlobsOptions wanted = new() { Prefix = container.Location.Prefix + prefix, Traits = traits };
        await using IAsyncEnumerator<Page<global::Azure.Storage.Blobs.Models.BlobItem>> pages = container
            .Client.GetBlobsAsync(wanted, cancellationToken)
            .AsPages(pageSizeHint: pageSize)
            .GetAsyncEnumerator(cancellationToken);
        // A service that comes back to where it was would be listed for ever.
        HashSet<string> passed = new(StringComparer.Ordinal);
        bool isFirst = true;
        bool isRefused = false;
        while (await requests.RunAsync(doing, MoveNextAsync, cancellationToken))
        {
            isFirst = false;
            if (pages.Current.ContinuationToken is { Length: > 0 } next && !passed.Add(next))
            {
                throw AzureFaults.Odd(container, doing, "its pages lead back to one that was there before");
            }

            foreach (global::Azure.Storage.Blobs.Models.BlobItem item in pages.Current.Values)
            {
                yield return item.Name.StartsWith(wanted.Prefix, StringComparison.Ordinal)
                    ? Describe(item, container.Location.Prefix)
                    : throw AzureFaults.Odd(container, doing, "it names a blob that was not asked for");
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

    private static BlobItem Describe(global::Azure.Storage.Blobs.Models.BlobItem item, string prefix)
    {
        DateTimeOffset created = item.Properties.CreatedOn ?? item.Properties.LastModified ?? DateTimeOffset.MinValue;
        return new BlobItem(item.Name[prefix.Length..], item.Properties.ContentLength ?? 0, created)
        {
            ContentMd5 = item.Properties.ContentHash,
            KeptUntil = item.Properties.ImmutabilityPolicy?.ExpiresOn,
        };
    }
}
