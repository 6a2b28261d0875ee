using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using AlfrescoBackupFlows.Platform.Files;
using Microsoft.Win32.SafeHandles;

namespace AlfrescoBackupFlows.Storage;

/// <summary>
/// Blobs as files of a directory, see <see cref="FileNameEscape"/> for their names. Several processes and hosts may use it at once.
/// The store's own files (<c>.tmp</c>, <c>.leases</c>) begin with a dot and are never listed. One limit of file systems shows: a blob cannot have the
/// name of another's directory (<c>a</c> and <c>a/b</c>); that put fails.
/// </summary>
public sealed class DirectoryBlobStore : IBlobStore
{
    internal const int DefaultListingPage = 8192;

    private const string UrlStart = "file:///";
    private static readonly TimeSpan s_abandonedAfter = TimeSpan.FromDays(1);

    private readonly string _root;
    private readonly DirectoryIdentity _identity;
    private readonly string _temporary;
    private readonly TimeProvider _time;
    private readonly DirectoryLeases _leases;
    private readonly DirectoryListing _listing;

    // Directories whose names this process knows to be durable: another process may have made one and not have flushed it yet.
    private readonly ConcurrentDictionary<string, bool> _durable = new(StringComparer.Ordinal);
    private int _cleaned;

    private DirectoryBlobStore(string root, DirectoryIdentity identity, TimeProvider timeProvider, int listingPage)
    {
        _root = root;
        _identity = identity;
        _temporary = Path.Combine(root, ".tmp");
        _time = timeProvider;
        _leases = new DirectoryLeases(root, timeProvider, NewTemporaryPath);
        _listing = new DirectoryListing(root, listingPage);
    }

    public string Location => _root;

    /// <summary>Opens a store that exists. A missing directory is a <see cref="Platform.PermanentException"/>: it may be a volume that is not mounted.</summary>
    public static DirectoryBlobStore Open(string path, TimeProvider timeProvider) => Open(path, timeProvider, DefaultListingPage);

    /// <summary>
    /// Creates the directory where it is missing, and refuses a file system on which two writers could both create the same file.
    /// Whether a repository is there already is for the caller to see.
    /// </summary>
    public static async Task<DirectoryBlobStore> CreateAsync(string path, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        string root = Path.GetFullPath(path);
        try
        {
            DurableFiles.CreateDirectory(root);
        }
        catch (Exception e) when (DirectoryFaults.IsExpected(e))
        {
            throw new Platform.PermanentException(Platform.ErrorKind.Storage, $"repository.url: the directory {root} cannot be created ({e.Message.ReplaceLineEndings(" ")}); mend the path or its rights", e);
        }

        DirectoryBlobStore store = Open(root, timeProvider);
        await store.RunAsync("probe for exclusive creation", () => ExclusivityProbe.Run(root, store.NewTemporaryPath), cancellationToken);
        return store;
    }

    /// <summary>The path of a URL of the form <c>file:///path</c>, percent-encoded or not; null for another scheme.</summary>
    public static string? TryParseUrl(string url)
    {
        if (!url.StartsWith(UrlStart, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        string path = Uri.UnescapeDataString(url[UrlStart.Length..]);
        return OperatingSystem.IsWindows() ? path : "/" + path;
    }

    public Task<PutOutcome> PutIfAbsentAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        string path = PathOf(name);
        return RunAsync($"create {name}", () => WithDirectory(path, () =>
            DurableFiles.TryCreate(path, NewTemporaryPath(), content.Span) ? PutOutcome.Created : PutOutcome.AlreadyExists), cancellationToken);
    }

    public Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        string path = PathOf(name);
        return RunAsync($"write {name}", () => WithDirectory(path, () =>
        {
            DurableFiles.Replace(path, NewTemporaryPath(), content.Span);
            return true;
        }), cancellationToken);
    }

    public async Task<int?> ReadAsync(string name, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        string path = PathOf(name);
        try
        {
            using SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.Asynchronous);
            int total = 0;
            while (total < destination.Length)
            {
                int read = await RandomAccess.ReadAsync(handle, destination[total..], offset + total, cancellationToken);
                if (read == 0)
                {
                    break;
                }

                total += read;
            }

            return total;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException && DirectoryIdentity.TryOf(_root) == _identity && TryStat(path) is null)
        {
            return null;
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

    public async IAsyncEnumerable<BlobItem> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string doing = $"list {prefix}*";
        using IEnumerator<(string Name, string Path)> blobs = _listing.Enumerate(prefix).GetEnumerator();
        while (await RunAsync(doing, blobs.MoveNext, cancellationToken))
        {
            (string name, string path) = blobs.Current;
            if (TryStat(path) is { } found)
            {
                yield return new BlobItem(name, found.Length, found.Created);
            }
        }

        RequireRoot();
    }

    public Task<bool> DeleteAsync(string name, CancellationToken cancellationToken)
    {
        string path = PathOf(name);
        return RunAsync($"delete {name}", () =>
        {
            if (TryStat(path) is null)
            {
                return false;
            }

            RequireRoot();
            File.Delete(path);
            DurableFiles.FlushDirectory(Path.GetDirectoryName(path)!);
            return true;
        }, cancellationToken);
    }

    public async Task<bool> AcquireLeaseAsync(string name, Guid leaseId, TimeSpan duration, CancellationToken cancellationToken)
    {
        await PutIfAbsentAsync(name, ReadOnlyMemory<byte>.Empty, cancellationToken);
        return await RunAsync($"lease {name}", () => WithDirectory(_leases.PathOf(name), () => _leases.Acquire(name, leaseId, duration)), cancellationToken);
    }

    public Task<bool> ReleaseLeaseAsync(string name, Guid leaseId, CancellationToken cancellationToken) =>
        RunAsync($"release the lease of {name}", () => _leases.Release(name, leaseId), cancellationToken);

    public Task BreakLeaseAsync(string name, CancellationToken cancellationToken) =>
        RunAsync($"break the lease of {name}", () => _leases.Release(name, null), cancellationToken);

    internal static DirectoryBlobStore Open(string path, TimeProvider timeProvider, int listingPage)
    {
        string root = Path.GetFullPath(path);
        return DirectoryIdentity.TryOf(root) is { } identity ? new DirectoryBlobStore(root, identity, timeProvider, listingPage) : throw DirectoryFaults.Missing(root);
    }

    private string PathOf(string name)
    {
        BlobNames.Check(name);
        return Path.Combine(_root, FileNameEscape.ToPath(name));
    }

    private string NewTemporaryPath() => Path.Combine(_temporary, Guid.NewGuid().ToString("n"));

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
    /// The directory at the root's path is the one that was opened. Looked at before a write, which must not land beneath the mount point of a volume that was
    /// unmounted, after it, when it is about to be believed, and whenever something is not there.
    /// </summary>
    private void RequireRoot()
    {
        if (DirectoryIdentity.TryOf(_root) is not { } found)
        {
            throw DirectoryFaults.Missing(_root);
        }

        if (found != _identity)
        {
            throw DirectoryFaults.Replaced(_root);
        }
    }

    private Platform.AbfException Fault(Exception exception, string doing)
    {
        RequireRoot();
        return DirectoryFaults.Translate(exception, _root, doing);
    }

    private T WithDirectory<T>(string path, Func<T> write)
    {
        RequireRoot();
        T written = WithDurableDirectory(path, write);
        RequireRoot();
        return written;
    }

    private T WithDurableDirectory<T>(string path, Func<T> write)
    {
        string directory = Path.GetDirectoryName(path)!;
        EnsureDurable(directory);
        EnsureDurable(_temporary);
        if (Interlocked.Exchange(ref _cleaned, 1) == 0)
        {
            DeleteAbandoned();
        }

        try
        {
            return write();
        }
        catch (IOException e) when (e is DirectoryNotFoundException or FileNotFoundException)
        {
            // Somebody tidied the empty directory away.
            RequireRoot();
            _durable.Clear();
            EnsureDurable(directory);
            EnsureDurable(_temporary);
            return write();
        }
    }

    private void EnsureDurable(string directory)
    {
        if (directory.Length <= _root.Length || _durable.ContainsKey(directory))
        {
            return;
        }

        string parent = Path.GetDirectoryName(directory)!;
        EnsureDurable(parent);
        Directory.CreateDirectory(directory);
        DurableFiles.FlushDirectory(parent);
        _durable[directory] = true;
    }

    private void DeleteAbandoned()
    {
        DateTime before = (_time.GetUtcNow() - s_abandonedAfter).UtcDateTime;
        foreach (string file in Directory.EnumerateFiles(_temporary))
        {
            if (File.GetLastWriteTimeUtc(file) < before)
            {
                File.Delete(file);
            }
        }
    }

    // Not File.Exists: that one says no to a file that may not be looked at.
    private BlobProperties? TryStat(string path)
    {
        try
        {
            if (File.GetAttributes(path).HasFlag(FileAttributes.Directory))
            {
                return null;
            }

            FileInfo file = new(path);
            return new BlobProperties(file.Length, new DateTimeOffset(file.LastWriteTimeUtc));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            RequireRoot();
            return null;
        }
    }
}
