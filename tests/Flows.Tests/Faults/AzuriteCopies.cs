using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Storage.Azure;
using AlfrescoBackupFlows.Testing.Servers;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;

namespace AlfrescoBackupFlows.Flows.Tests.Faults;

/// <summary>Makes copies of a repository in a container of Azurite, below a prefix each.</summary>
internal sealed class AzuriteCopies
{
    private readonly AzuriteServer _server;
    private readonly string _container = $"faults-{Guid.NewGuid():n}";
    private int _copies;

    private AzuriteCopies(AzuriteServer server)
    {
        _server = server;
    }

    public static async Task<AzuriteCopies> CreateAsync(AzuriteServer server, CancellationToken cancellationToken)
    {
        var copies = new AzuriteCopies(server);
        await new BlobContainerClient(server.ConnectionString, copies._container).CreateAsync(
            cancellationToken: cancellationToken
        );
        return copies;
    }

    /// <param name="http">Carries the requests to the copy, but not those that make it; null: as always.</param>
    public async Task<RepositoryStores> CopyAsync(
        KeptRepository repository,
        HttpMessageHandler? http,
        CancellationToken cancellationToken
    )
    {
        string prefix = $"{_server.AccountUrl}/{_container}/{Interlocked.Increment(ref _copies)}";
        await repository.CopyAsync(Open($"{prefix}/blobs", null), cancellationToken);
        return new RepositoryStores(Open($"{prefix}/blobs", http), Open($"{prefix}/control", http));
    }

    private AzureBlobStore Open(string url, HttpMessageHandler? http) =>
        AzureBlobStore.Open(
            new AzureStoreOptions
            {
                Url = url,
                ConnectionString = new Secret(_server.ConnectionString),
                Transport = http is null ? null : new HttpClientTransport(http),
                RetryDelay = TimeSpan.FromMilliseconds(10),
            }
        );
}
