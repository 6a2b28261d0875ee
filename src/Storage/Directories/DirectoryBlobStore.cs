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

    private readonly OpenedDirectory _directory;
    private readonly OwnTree _tree;
    private readonly DirectoryLeases _leases;
    private readonly DirectoryListing _listing;

    private DirectoryBlobStore(OpenedDirectory directory, TimeProvider timeProvider, int listingPage)
    {
        _directory = directory;
        _tree = directory.Tree;
        _leases = new DirectoryLeases(_tree, timeProvider, TemporaryFiles.NewPath);
        _listing = new DirectoryListing(_tree, listingPage);
    }

    public string Location => _directory.Location;

    /// <summary>Requests cost little here, and a flush takes long: several at once, beside the next pack.</summary>
    public int PreferredBlobLength => 16 << 20;

    /// <summary>Opens a store that exists. A missing directory is a <see cref="PermanentException"/>: it may be a
    /// volume that is not mounted.</summary>
    public static DirectoryBlobStore Open(string path, TimeProvider timeProvider) =>
        Open(path, timeProvider, DefaultListingPage);

    internal static DirectoryBlobStore Open(string path, TimeProvider timeProvider, int listingPage) =>
        new(OpenedDirectory.Open(OwnTree.OpenShared(path), timeProvider), timeProvider, listingPage);

    /// <inheritdoc cref="OpenedDirectory.Exists"/>
    internal static bool Exists(string path) => OpenedDirectory.Exists(OwnTree.OpenShared(path));

    /// <summary>
    /// Creates the directory where it is missing, and refuses a file system on which two writers could both create the
    /// same file. Whether a repository is there already is for the caller to see.
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

    public Task<PutOutcome> PutIfAbsentAsync(
        string name,
        ReadOnlyMemory<byte> content,
        CancellationToken cancellationToken
    )
    {
        string path = PathOf(name);
        return _directory.RunAsync(
            $"create {name}",
            () =>
                _directory.Write(() =>
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
        return _directory.RunAsync(
            $"write {name}",
            () =>
                _directory.Write(() =>
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
                _directory.Require();
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
            throw _directory.Fault(e, $"read {name}");
        }
    }

    public Task<BlobProperties?> GetPropertiesAsync(string name, CancellationToken cancellationToken)
    {
        string path = PathOf(name);
        return _directory.RunAsync($"look at {name}", () => TryStat(path), cancellationToken);
    }

    public async IAsyncEnumerable<BlobItem> ListAsync(
        string prefix,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        string doing = $"list {prefix}*";
        using IEnumerator<(string Name, FileStat File)> blobs = _listing.Enumerate(prefix).GetEnumerator();
        int most = DirectoryListing.FirstLooks;
        while (await _directory.RunAsync(doing, () => Take(blobs, most), cancellationToken) is { Count: > 0 } taken)
        {
            foreach ((string name, FileStat file) in taken)
            {
                BlobProperties properties = PropertiesOf(file);
                yield return new BlobItem(name, properties.Length, properties.Created);
            }

            most = Math.Min(most * 2, DirectoryListing.MaxLooks);
        }

        _directory.Require();
    }

    public Task<bool> DeleteAsync(string name, CancellationToken cancellationToken)
    {
        string path = PathOf(name);
        return _directory.RunAsync(
            $"delete {name}",
            () =>
            {
                _directory.Require();
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
        return _directory.RunAsync($"delete {names.Count} blobs", () => DeleteAll(paths), cancellationToken);
    }

    public async Task<bool> AcquireLeaseAsync(
        string name,
        Guid leaseId,
        TimeSpan duration,
        CancellationToken cancellationToken
    )
    {
        await PutIfAbsentAsync(name, ReadOnlyMemory<byte>.Empty, cancellationToken);
        return await _directory.RunAsync(
            $"lease {name}",
            () => _directory.Write(() => _leases.Acquire(name, leaseId, duration, cancellationToken)),
            cancellationToken
        );
    }

    public Task<bool> ReleaseLeaseAsync(string name, Guid leaseId, CancellationToken cancellationToken) =>
        _directory.RunAsync(
            $"release the lease of {name}",
            () => _leases.Release(name, leaseId, cancellationToken),
            cancellationToken
        );

    public Task<string> DescribeLeaseAsync(string name, CancellationToken cancellationToken) =>
        _directory.RunAsync($"look at the lease of {name}", () => _leases.Describe(name), cancellationToken);

    private static async Task<DirectoryBlobStore> CreateAsync(
        OwnTree tree,
        Action create,
        TimeProvider timeProvider,
        CancellationToken cancellationToken
    ) =>
        new(
            await OpenedDirectory.CreateAsync(tree, create, timeProvider, cancellationToken),
            timeProvider,
            DefaultListingPage
        );

    private static string PathOf(string name)
    {
        BlobNames.Check(name);
        return FileNameEscape.ToPath(name);
    }

    private BlobProperties? TryStat(string path)
    {
        if (_tree.TryStat(path) is not { Type: EntryType.File } file)
        {
            _directory.Require();
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
        _directory.Require();
        bool[] deleted = _tree.DeleteAll(paths);
        _directory.Require();
        return [.. deleted.Select(isDeleted => isDeleted ? BlobDeletion.Deleted : BlobDeletion.Absent)];
    }
}
