using AlfrescoBackupFlows.Platform;

namespace AlfrescoBackupFlows.Storage.Azure;

/// <summary>
/// Stores in containers of Azure Blob Storage. A container is never created: its redundancy, network rules and
/// immutability are the administrator's choice. That it is missing, or refuses, is reported by the first request.
/// </summary>
public sealed class AzureStoreProvider : IBlobStoreProvider
{
    public IReadOnlyList<string> Schemes { get; } = [Uri.UriSchemeHttps, Uri.UriSchemeHttp];

    public string UrlForm => AzureLocation.Form;

    public bool CreatesPlace => false;

    public string? FaultOf(Uri url) =>
        url.AbsolutePath.Trim('/').Length == 0 ? $"names no container: write {UrlForm}" : null;

    public IBlobStore Open(string url, Secret? connectionString, TimeProvider time) =>
        AzureBlobStore.Open(new AzureStoreOptions { Url = url, ConnectionString = connectionString });

    public Task<IBlobStore> CreateAsync(
        string url,
        Secret? connectionString,
        TimeProvider time,
        CancellationToken cancellationToken
    ) => Task.FromResult(Open(url, connectionString, time));

    public Task<IBlobStore> CreateBelowAsync(
        string url,
        string name,
        Secret? connectionString,
        TimeProvider time,
        CancellationToken cancellationToken
    ) => CreateAsync(Below(url, name), connectionString, time, cancellationToken);

    /// <summary>The URL of a store beneath another. Keeps a SAS.</summary>
    internal static string Below(string url, string name)
    {
        int query = url.IndexOf('?', StringComparison.Ordinal);
        return query < 0 ? $"{url.TrimEnd('/')}/{name}" : $"{url[..query].TrimEnd('/')}/{name}{url[query..]}";
    }
}
