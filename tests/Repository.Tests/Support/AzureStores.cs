using AlfrescoBackupFlows.Storage.Azure;
using AlfrescoBackupFlows.Testing.Servers;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using Azure.Storage.Sas;

namespace AlfrescoBackupFlows.Repository.Tests.Support;

/// <summary>Empty stores in a container of Azurite, below a prefix each.</summary>
internal sealed class AzureStores
{
    private readonly string _url;
    private readonly string _sas;
    private int _stores;

    private AzureStores(string url, string sas) => (_url, _sas) = (url, sas);

    public static async Task<AzureStores> CreateAsync(AzuriteServer server)
    {
        string name = $"t{Guid.NewGuid():n}";
        var container = new BlobContainerClient(server.ConnectionString, name);
        await container.CreateAsync();
        Uri sas = container.GenerateSasUri(BlobContainerSasPermissions.All, DateTimeOffset.UtcNow.AddHours(2));
        return new AzureStores($"{server.AccountUrl}/{name}", sas.Query);
    }

    /// <param name="http">Carries the requests; null: as always.</param>
    public AzureBlobStore New(HttpMessageHandler? http = null) =>
        AzureBlobStore.Open(
            new AzureStoreOptions
            {
                Url = $"{_url}/{Interlocked.Increment(ref _stores)}{_sas}",
                Transport = http is null ? null : new HttpClientTransport(http),
                RetryDelay = TimeSpan.FromMilliseconds(10),
            }
        );
}
