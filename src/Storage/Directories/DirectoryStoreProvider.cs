using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Storage.Directories;

/// <summary>
/// Stores in directories: <c>file:///path</c>. Creating one makes a missing directory, and refuses a file system
/// without exclusive creation.
/// </summary>
public sealed class DirectoryStoreProvider : IBlobStoreProvider
{
    public IReadOnlyList<string> Schemes { get; } = [Uri.UriSchemeFile];

    public string UrlForm => "file:///path";

    public bool CreatesPlace => true;

    public string? FaultOf(Uri url) =>
        url.Host.Length > 0 || url.AbsolutePath is "/" or "" || DirectoryUrl.TryParse(url.OriginalString) is null
            ? $"names no directory: write {UrlForm}, with three slashes"
            : null;

    public bool HasPlace(string url) => DirectoryBlobStore.Exists(PathOf(url));

    public IBlobStore Open(string url, Secret? connectionString, TimeProvider time) =>
        DirectoryBlobStore.Open(PathOf(url), time);

    public async Task<IBlobStore> CreateAsync(
        string url,
        Secret? connectionString,
        TimeProvider time,
        CancellationToken cancellationToken
    ) => await DirectoryBlobStore.CreateAsync(PathOf(url), time, cancellationToken);

    public async Task<IBlobStore> CreateBelowAsync(
        string url,
        string name,
        Secret? connectionString,
        TimeProvider time,
        CancellationToken cancellationToken
    ) => await DirectoryBlobStore.CreateBelowAsync(PathOf(url), name, time, cancellationToken);

    private string PathOf(string url) =>
        DirectoryUrl.TryParse(url)
        ?? throw new PermanentException(
            ErrorKind.Configuration,
            $"repository.url: '{url}' names no directory: write {UrlForm}"
        );
}
