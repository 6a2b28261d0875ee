using Azure.Storage.Blobs;

namespace AlfrescoBackupFlows.Storage.Azure;

/// <summary>Requests to the blobs of a container: names are checked, and what the SDK throws is translated.</summary>
internal sealed class AzureRequests(AzureContainer container)
{
    public AzureContainer Container => container;

    /// <param name="name">Relative to the store's prefix.</param>
    /// <exception cref="ArgumentException">It is no name of a blob.</exception>
    public BlobClient Blob(string name)
    {
        BlobNames.Check(name);
        return container.Client.GetBlobClient(container.Location.Prefix + name);
    }

    /// <param name="doing">For messages, such as <c>read x</c>.</param>
    public async Task<T> RunAsync<T>(string doing, Func<Task<T>> request, CancellationToken cancellationToken)
    {
        try
        {
            return await request();
        }
        catch (Exception e) when (AzureFaults.IsExpected(e, cancellationToken))
        {
            throw AzureFaults.Translate(e, container, doing);
        }
    }
}
