using System.Runtime.CompilerServices;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using Microsoft.Win32.SafeHandles;

namespace AlfrescoBackupFlows.Storage.Directories;

/// <summary>
/// Blobs as files of a directory, see <see cref="FileNameEscape"/> for their names. Several processes and hosts may use
/// it at once. The store's own files (<c>.tmp</c>, <c>.leases</c>) begin with a dot and are never listed. Whoever may
/// write to the directory may plant things there: see <see cref="OwnTree"/> for what is refused. The directory itself
/// may be reached over links. One limit of file systems shows: a blob cannot have the name of another's directory
/// (<c>a</c> and <c>a/b</c>); that put fails.
/// </summary>
public sealed class DirectoryBlobStore : IBlobStore
{
    internal const int DefaultListingPage = 8192;

    private const string UrlStart = "file:///";

    private readonly OwnTree _tree;
    private readonly DirectoryIdentity _identity;
    private readonly TemporaryFiles _temporary;
    private readonly DirectoryLeases _leases;
    private readonly DirectoryListing _listing;

    private DirectoryBlobStore(OwnTree tree, DirectoryIdentity identity, TimeProvider timeProvider, int listingPage)
    {
        _tree = tree;
        _identity = identity;
        _temporary = new TemporaryFiles(tree, timeProvider);
        _leases = new DirectoryLeases(tree, timeProvider, TemporaryFiles.NewPath);
        _listing = new DirectoryListing(tree, listingPage);
    }

    public string Location => _tree.Location;

    /// <summary>Requests cost little here, and a flush takes long: several at once, beside the next pack.</summary>
    public int PreferredBlobLength => 16 << 20;

    /// <summary>Opens a store that exists. A missing directory is a <see cref="PermanentException"/>: it may be a
    /// volume that is not mounted.</summary>
    public static DirectoryBlobStore Open(string path, TimeProvider timeProvider) =>
        Open(path, timeProvider, DefaultListingPage);

    /// <summary>Whether something is there that can be opened, or that says itself why not.</summary>
    internal static bool Exists(string path)
    {
        OwnTree tree = OwnTree.OpenShared(path);
        try
        {
            return tree.TryIdentify() is not null;
        }
        catch (Exception e) when (DirectoryFaults.IsExpected(e))
        {
            return true;
        }
    }

    /// <summary>
    /// Creates the directory where it is missing, and refuses a file system on which two writers could both create the
    /// same file.
    /// Whether a repository is there already is for the caller to see.
    /// </summary>
    public static Task<DirectoryBlobStore> CreateAsync(
        string path,
        TimeProvider timeProvider,
        CancellationToken cancellationToken
    )
    {
        OwnTree tree = OwnTree.OpenShared(path);
        return CreateAsync(tree, () => DurableFiles.CreateDirectory(tree.Location), timeProvider, cancellationToken);
    }

    /// <summary>The same for a directory beneath that of another store, which is opened as everything else in there:
    /// never over a link.</summary>
    public static Task<DirectoryBlobStore> CreateBelowAsync(
        string path,
        string name,
        TimeProvider timeProvider,
        CancellationToken cancellationToken
    )
    {
        OwnTree outer = OwnTree.OpenShared(path);
        return CreateAsync(outer.Beneath(name), () => outer.CreateDirectory(name), timeProvider, cancellationToken);
    }

    /// <summary>The path of a URL of the form <c>file:///path</c>, percent-encoded or not; null for another
    /// scheme.</summary>
    public static string? TryParseUrl(string url)
    {
        if (!url.StartsWith(UrlStart, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        string path = Uri.UnescapeDataString(url[UrlStart.Length..]);
        return OperatingSystem.IsWindows() ? path : "/" + path;
    }

    /// <summary>
    /// How the directory of the second URL is called beneath that of the first, with <c>/</c> between names; null where
    /// it is not beneath it, or one is no URL of a directory. What lies beneath a store is never reached over a link.
    /// </summary>
    public static string? TryNameBelow(string outerUrl, string innerUrl)
    {
        if (TryParseUrl(outerUrl) is not { } outer || TryParseUrl(innerUrl) is not { } inner)
        {
            return null;
        }

        string name = Path.TrimEndingDirectorySeparator(Path.GetRelativePath(outer, inner));
        return
            name is "." or ".."
            || Path.IsPathRooted(name)
            || name.StartsWith($"..{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
            ? null
            : name.Replace(Path.DirectorySeparatorChar, '/');
    }

    public Task<PutOutcome> PutIfAbsentAsync(
        string name,
        ReadOnlyMemory<byte> content,
        CancellationToken cancellationToken
    )
    {
        string path = PathOf(name);
        return RunAsync(
            $"create {name}",
            () =>
                Write(() =>
                    _tree.TryCreate(path, TemporaryFiles.NewPath(), content.Span)
                        ? PutOutcome.Created
                        : PutOutcome.AlreadyExists
                ),
            cancellationToken
        );
    }

    public Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        string path = PathOf(name);
        return RunAsync(
            $"write {name}",
            () =>
                Write(() =>
                {
                    _tree.Replace(path, TemporaryFiles.NewPath(), content.Span);
                    return true;
                }),
            cancellationToken
        );
    }

    public async Task<int?> ReadAsync(
        string name,
        long offset,
        Memory<byte> destination,
        CancellationToken cancellationToken
    )
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        string path = PathOf(name);
        try
        {
            using SafeFileHandle? handle = _tree.TryOpenRead(path);
            if (handle is null)
            {
                RequireRoot();
                return null;
            }

            int total = 0;
            while (total < destination.Length)
            {
                int read = await RandomAccess.ReadAsync(
                    handle,
                    destination[total..],
                    offset + total,
                    cancellationToken
                );
                if (read == 0)
                {
                    break;
                }

                total += read;
            }

            return total;
        }
        catch (Exception e) when (DirectoryFaults.IsExpected(e))
        {
            throw Fault(e, $"read {name}");
        }
    }

    public Task<BlobProperties?> GetPropertiesAsync(string name, CancellationToken cancellationToken)
    {
        string path = PathOf(name);
        return RunAsync($"look at {name}", () => TryStat(path), cancellationToken);
    }

    public async IAsyncEnumerable<BlobItem> ListAsync(
        string prefix,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        string doing = $"list {prefix}*";
        using IEnumerator<(string Name, FileStat File)> blobs = _listing.Enumerate(prefix).GetEnumerator();
        int most = DirectoryListing.FirstLooks;
        while (await RunAsync(doing, () => Take(blobs, most), cancellationToken) is { Count: > 0 } taken)
        {
            foreach ((string name, FileStat file) in taken)
            {
                BlobProperties properties = PropertiesOf(file);
                yield return new BlobItem(name, properties.Length, properties.Created);
            }

            most = Math.Min(most * 2, DirectoryListing.MaxLooks);
        }

        RequireRoot();
    }

    public Task<bool> DeleteAsync(string name, CancellationToken cancellationToken)
    {
        string path = PathOf(name);
        return RunAsync(
            $"delete {name}",
            () =>
            {
                RequireRoot();
                return _tree.Delete(path);
            },
            cancellationToken
        );
    }

    public Task<IReadOnlyList<BlobDeletion>> TryDeleteAllAsync(
        IReadOnlyList<string> names,
        CancellationToken cancellationToken
    )
    {
        string[] paths = [.. names.Select(PathOf)];
        return RunAsync($"delete {names.Count} blobs", () => DeleteAll(paths), cancellationToken);
    }

    public async Task<bool> AcquireLeaseAsync(
        string name,
        Guid leaseId,
        TimeSpan duration,
        CancellationToken cancellationToken
    )
    {
        await PutIfAbsentAsync(name, ReadOnlyMemory<byte>.Empty, cancellationToken);
        return await RunAsync(
            $"lease {name}",
            () => Write(() => _leases.Acquire(name, leaseId, duration, cancellationToken)),
            cancellationToken
        );
    }

    public Task<bool> ReleaseLeaseAsync(string name, Guid leaseId, CancellationToken cancellationToken) =>
        RunAsync(
            $"release the lease of {name}",
            () => _leases.Release(name, leaseId, cancellationToken),
            cancellationToken
        );

    public Task<string> DescribeLeaseAsync(string name, CancellationToken cancellationToken) =>
        RunAsync($"look at the lease of {name}", () => _leases.Describe(name), cancellationToken);

    internal static DirectoryBlobStore Open(string path, TimeProvider timeProvider, int listingPage) =>
        Open(OwnTree.OpenShared(path), timeProvider, listingPage);

    private static async Task<DirectoryBlobStore> CreateAsync(
        OwnTree tree,
        Action create,
        TimeProvider timeProvider,
        CancellationToken cancellationToken
    )
    {
        try
        {
            create();
        }
        catch (Exception e) when (DirectoryFaults.IsExpected(e))
        {
            throw DirectoryFaults.NotCreated(tree.Location, e);
        }

        DirectoryBlobStore store = Open(tree, timeProvider, DefaultListingPage);
        await store.RunAsync(
            "probe for exclusive creation",
            () => ExclusivityProbe.Run(tree, TemporaryFiles.NewPath),
            cancellationToken
        );
        return store;
    }

    private static DirectoryBlobStore Open(OwnTree tree, TimeProvider timeProvider, int listingPage)
    {
        try
        {
            return tree.TryIdentify() is { } identity
                ? new DirectoryBlobStore(tree, identity, timeProvider, listingPage)
                : throw DirectoryFaults.Missing(tree.Location);
        }
        catch (Exception e) when (DirectoryFaults.IsExpected(e))
        {
            throw DirectoryFaults.Translate(e, tree.Location, "open");
        }
    }

    private static string PathOf(string name)
    {
        BlobNames.Check(name);
        return FileNameEscape.ToPath(name);
    }

    // File calls block, and a flush takes long: they run on the pool, so that a caller may have several under way.
    private async Task<T> RunAsync<T>(string doing, Func<T> work, CancellationToken cancellationToken)
    {
        try
        {
            return await Task.Run(work, cancellationToken);
        }
        catch (Exception e) when (DirectoryFaults.IsExpected(e))
        {
            throw Fault(e, doing);
        }
    }

    /// <summary>
    /// The directory at the root's path is the one that was opened. Looked at before a write, which must not land
    /// beneath the mount point of a volume that was unmounted, after it, when it is about to be believed, and whenever
    /// something is not there.
    /// </summary>
    private void RequireRoot()
    {
        if (_tree.TryIdentify() is not { } found)
        {
            throw DirectoryFaults.Missing(Location);
        }

        if (found != _identity)
        {
            throw DirectoryFaults.Replaced(Location);
        }
    }

    private AbfException Fault(Exception exception, string doing)
    {
        try
        {
            RequireRoot();
        }
        catch (Exception e) when (DirectoryFaults.IsExpected(e))
        {
            // The directory cannot be looked at, or something was put in its place: that comes before all else.
            exception = e;
        }

        return DirectoryFaults.Translate(exception, Location, doing);
    }

    private T Write<T>(Func<T> write)
    {
        RequireRoot();
        _temporary.DeleteAbandoned();
        T written;
        try
        {
            written = write();
        }
        catch (IOException e) when (e is DirectoryNotFoundException or FileNotFoundException)
        {
            // Somebody tidied an empty directory away just now.
            RequireRoot();
            written = write();
        }

        RequireRoot();
        return written;
    }

    private BlobProperties? TryStat(string path)
    {
        if (_tree.TryStat(path) is not { Type: EntryType.File } file)
        {
            RequireRoot();
            return null;
        }

        return PropertiesOf(file);
    }

    private static BlobProperties PropertiesOf(FileStat file) =>
        new(file.Size, DateTimeOffset.UnixEpoch.AddTicks(file.MtimeNs / TimeSpan.NanosecondsPerTick));

    /// <summary>The next of them: a hop to another thread for each would cost more than the look.</summary>
    private static List<T> Take<T>(IEnumerator<T> items, int most)
    {
        List<T> taken = new(most);
        while (taken.Count < most && items.MoveNext())
        {
            taken.Add(items.Current);
        }

        return taken;
    }

    private IReadOnlyList<BlobDeletion> DeleteAll(string[] paths)
    {
        RequireRoot();
        bool[] deleted = _tree.DeleteAll(paths);
        RequireRoot();
        return [.. deleted.Select(isDeleted => isDeleted ? BlobDeletion.Deleted : BlobDeletion.Absent)];
    }
}
