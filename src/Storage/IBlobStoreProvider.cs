using AlfrescoBackupFlows.Platform;

namespace AlfrescoBackupFlows.Storage;

/// <summary>
/// Opens the stores whose URLs have one of its schemes. Another kind of store is another of these, and a line in the
/// list that the hosts have.
/// The connection string of <c>repository.connectionStringFile</c>, where there is one, is handed to every provider.
/// </summary>
public interface IBlobStoreProvider
{
    /// <summary>In lower case: <c>https</c>.</summary>
    IReadOnlyList<string> Schemes { get; }

    /// <summary>How such a URL is written, for messages: <c>file:///path</c>.</summary>
    string UrlForm { get; }

    /// <summary>Whether creating a store makes its place too, such as a directory; else the place is the
    /// administrator's to make.</summary>
    bool CreatesPlace { get; }

    /// <summary>
    /// What is wrong with a URL of these schemes, and how to write it, as the end of a line that begins with the
    /// setting:
    /// <c>names no directory: write file:///path</c>. Null where nothing is. Does not look at the store.
    /// </summary>
    string? FaultOf(Uri url);

    /// <summary>Whether the place of a store is there, as far as that can be known without a request.</summary>
    bool HasPlace(string url) => true;

    /// <summary>Opens a store that exists.</summary>
    /// <exception cref="PermanentException">Storage: it does not exist, where that can be known without a
    /// request.</exception>
    IBlobStore Open(string url, Secret? connectionString, TimeProvider time);

    /// <summary>As <see cref="Open"/>, for a store that may be new; where <see cref="CreatesPlace"/>, its place is
    /// made.</summary>
    /// <exception cref="PermanentException">Storage: it cannot be made, or could not keep what the contract of a store
    /// promises.</exception>
    Task<IBlobStore> CreateAsync(
        string url,
        Secret? connectionString,
        TimeProvider time,
        CancellationToken cancellationToken
    );

    /// <summary>As <see cref="CreateAsync"/>, for a store of this name beneath the place of another.</summary>
    Task<IBlobStore> CreateBelowAsync(
        string url,
        string name,
        Secret? connectionString,
        TimeProvider time,
        CancellationToken cancellationToken
    );
}
