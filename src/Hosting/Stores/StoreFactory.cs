using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Mirroring;
using AlfrescoBackupFlows.Storage;
using AlfrescoBackupFlows.Storage.Decorators;
using AlfrescoBackupFlows.Storage.Directories;

namespace AlfrescoBackupFlows.Hosting.Stores;

/// <summary>Opens the stores that the section <c>repository</c> names, the same way for every host.</summary>
public static class StoreFactory
{
    /// <summary>Where the control store is when <c>repository.controlUrl</c> does not say.</summary>
    public const string ControlPrefix = "control";

    private static readonly StoreName ControlName = new("repository.controlUrl", StoreName.RepositoryFile);

    /// <summary>Opens what is there, for a host that adds to it.</summary>
    /// <exception cref="PermanentException">Storage: it is not there, or refuses. Configuration: it is a mirror, to
    /// which nobody else writes.</exception>
    public static async Task<RepositoryStores> OpenAsync(
        LoadedOptions loaded,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        RepositoryStores stores = await OpenAsync(loaded, create: false, time, cancellationToken);
        await MirrorMark.RequireNoneAsync(stores.Blobs, cancellationToken);
        return stores with { Blobs = LimitUploads(stores.Blobs, loaded, time) };
    }

    /// <summary>
    /// Opens what is there for a host that takes no lease, so that a repository on a read-only volume, or of another
    /// user, is read as well.
    /// The control store is not opened; the repository's own blobs stand in its place.
    /// </summary>
    /// <exception cref="PermanentException">Storage: it is not there, or refuses.</exception>
    public static RepositoryStores OpenWithoutLeases(LoadedOptions loaded, TimeProvider time)
    {
        string url = loaded.Options.Repository.Url!;
        return WithoutLeases(loaded, StoreProviders.Of(url).Open(url, loaded.ConnectionString, time), time);
    }

    /// <summary>The same for a process that stays: the store need not be there yet, and may go and come back.</summary>
    public static RepositoryStores OpenToStay(LoadedOptions loaded, TimeProvider time)
    {
        string url = loaded.Options.Repository.Url!;
        var blobs = new ReopeningBlobStore(
            StorePlace.Of(url)!,
            () => StoreProviders.Of(url).Open(url, loaded.ConnectionString, time)
        );
        return WithoutLeases(loaded, blobs, time);
    }

    private static RepositoryStores WithoutLeases(LoadedOptions loaded, IBlobStore blobs, TimeProvider time) =>
        new(blobs, blobs)
        {
            OpenControl = async cancellationToken =>
                (await OpenAsync(loaded, create: false, time, cancellationToken)).Control,
            OpenMirror = (mirror, token) => OpenMirrorAsync(loaded, mirror, time, token),
        };

    /// <summary>For <c>init</c>: a directory is created where it is missing; a container never is.</summary>
    public static Task<RepositoryStores> CreateAsync(
        LoadedOptions loaded,
        TimeProvider time,
        CancellationToken cancellationToken
    ) => OpenAsync(loaded, create: true, time, cancellationToken);

    private static async Task<RepositoryStores> OpenAsync(
        LoadedOptions loaded,
        bool create,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        RepositoryOptions repository = loaded.Options.Repository;
        string url = repository.Url!;
        IBlobStoreProvider provider = StoreProviders.Of(url);
        IBlobStoreProvider controlProvider = StoreProviders.Of(repository.ControlUrl ?? url);
        IBlobStore blobs = create
            ? await provider.CreateAsync(url, loaded.ConnectionString, time, cancellationToken)
            : provider.Open(url, loaded.ConnectionString, time);

        // The control store holds nothing that cannot be made anew, so it may be created at any time beside a
        // repository that is there.
        // On a volume that is not mounted there is none, and nothing must land beneath the mount point.
        if (!create && controlProvider.CreatesPlace)
        {
            await BackupRepository.RequireAsync(blobs, cancellationToken);
        }

        string? below = repository.ControlUrl is { } elsewhere
            ? DirectoryUrl.TryNameBelow(url, elsewhere)
            : ControlPrefix;
        IBlobStore control = repository.ControlUrl is null
            ? await OpenControlAsync()
            : await NamedBlobStore.OpenAsync(ControlName, OpenControlAsync);
        return new RepositoryStores(blobs, control)
        {
            OpenMirror = (mirror, token) => OpenMirrorAsync(loaded, mirror, time, token),
        };

        Task<IBlobStore> OpenControlAsync() =>
            below is null
                ? controlProvider.CreateAsync(repository.ControlUrl!, loaded.ConnectionString, time, cancellationToken)
                : provider.CreateBelowAsync(url, below, loaded.ConnectionString, time, cancellationToken);
    }

    /// <summary>
    /// The credentials are the target's own: the connection string of its file, or the SAS of its URL. Where it has
    /// none, those of the repository.
    /// </summary>
    private static async Task<IBlobStore> OpenMirrorAsync(
        LoadedOptions loaded,
        MirrorPlace place,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        string url = place.Url;
        if (StoreProviders.FaultOf(url) is { } fault)
        {
            throw place.Name.Tell(new PermanentException(ErrorKind.Configuration, $"{place.Name.Url} {fault}"));
        }

        Secret? own = place.ConnectionStringFile is { } file
            ? SecretFile.Read(file, place.Name.ConnectionStringFile).Value
            : null;
        bool asRepository =
            own is null && !url.Contains('?', StringComparison.Ordinal) && loaded.ConnectionString is not null;
        Secret? connectionString = asRepository ? loaded.ConnectionString : own;
        StoreName name = asRepository
            ? place.Name with
            {
                ConnectionStringFile = StoreName.RepositoryFile,
            }
            : place.Name;
        IBlobStoreProvider provider = StoreProviders.Of(url);
        return place.IsDryRun && !provider.HasPlace(url)
            ? new NoBlobs(url)
            : LimitUploads(
                await NamedBlobStore.OpenAsync(
                    name,
                    async () =>
                        place is { IsNew: true, IsDryRun: false }
                            ? await provider.CreateAsync(url, connectionString, time, cancellationToken)
                            : provider.Open(url, connectionString, time)
                ),
                loaded,
                time
            );
    }

    /// <summary>As <c>limitRate.upload</c> says; the few small blobs of the control store are not counted.</summary>
    private static IBlobStore LimitUploads(IBlobStore blobs, LoadedOptions loaded, TimeProvider time) =>
        LimitRateOptions.Parse(loaded.Options.LimitRate.Upload, time) is { } limit
            ? new RateLimitedBlobStore(blobs, reads: null, limit)
            : blobs;
}
