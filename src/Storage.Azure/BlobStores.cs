using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Storage.Directories;

namespace AlfrescoBackupFlows.Storage.Azure;

/// <summary>Opens the store that a URL of the configuration names: <c>file:///path</c> or a container of Azure.</summary>
public static class BlobStores
{
    /// <summary>Opens a store that exists; a missing directory or container is a <see cref="PermanentException"/> of kind Storage (a container's at the first call).</summary>
    public static IBlobStore Open(string url, Secret? connectionString, TimeProvider timeProvider) =>
        DirectoryBlobStore.TryParseUrl(url) is { } path ? DirectoryBlobStore.Open(path, timeProvider) : OpenAzure(url, connectionString);

    /// <summary>
    /// As <see cref="Open"/>, for <c>abf init</c>: creates a missing directory and refuses a file system without exclusive creation.
    /// A container is never created: its redundancy, network rules and immutability are the administrator's choice.
    /// </summary>
    public static async Task<IBlobStore> CreateAsync(string url, Secret? connectionString, TimeProvider timeProvider, CancellationToken cancellationToken) =>
        DirectoryBlobStore.TryParseUrl(url) is { } path ? await DirectoryBlobStore.CreateAsync(path, timeProvider, cancellationToken) : OpenAzure(url, connectionString);

    /// <summary>As <see cref="CreateAsync"/>, for a store of this name below another.</summary>
    public static async Task<IBlobStore> CreateBelowAsync(string url, string name, Secret? connectionString, TimeProvider timeProvider, CancellationToken cancellationToken) =>
        DirectoryBlobStore.TryParseUrl(url) is { } path
            ? await DirectoryBlobStore.CreateBelowAsync(path, name, timeProvider, cancellationToken)
            : OpenAzure(Below(url, name), connectionString);

    /// <summary>The URL of a store below another: <c>control</c> beside a repository's blobs. Keeps a SAS.</summary>
    public static string Below(string url, string name)
    {
        int query = DirectoryBlobStore.TryParseUrl(url) is null ? url.IndexOf('?', StringComparison.Ordinal) : -1;
        string location = query < 0 ? url : url[..query];
        return $"{location.TrimEnd('/')}/{name}{(query < 0 ? "" : url[query..])}";
    }

    private static AzureBlobStore OpenAzure(string url, Secret? connectionString) =>
        AzureBlobStore.Open(new AzureStoreOptions { Url = url, ConnectionString = connectionString });
}
