using System.Text.Json;
using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Storage.Directories;

/// <summary>
/// Leases of a directory store: a small JSON file each, changed only under the operating system's lock on
/// <c>.leases/.lock</c>. Hosts that share the directory need clocks that agree to within seconds; a wrong clock costs
/// double work, never a wrong set.
/// </summary>
internal sealed partial class DirectoryLeases(OwnTree tree, TimeProvider timeProvider, Func<string> newTemporaryPath)
{
    private const string Directory = ".leases";
    private const string LockName = Directory + "/.lock";
    private const int MaxBytes = 4096;
    private const int LockAttempts = 400;
    private static readonly TimeSpan s_lockPause = TimeSpan.FromMilliseconds(25);

    private static string PathOf(string name) => $"{Directory}/{FileNameEscape.ToPath(name)}";

    public bool Acquire(string name, Guid leaseId, TimeSpan duration)
    {
        BlobLease.CheckDuration(duration);
        string path = PathOf(name);
        tree.CreateDirectory(Directory);
        using IDisposable held = Lock();
        if (TryRead(path) is { } current && current.Holder != leaseId)
        {
            return false;
        }

        LeaseFile next = new(leaseId, timeProvider.GetUtcNow() + duration);
        tree.Replace(path, newTemporaryPath(), JsonSerializer.SerializeToUtf8Bytes(next, LeaseJson.Default.LeaseFile));
        return true;
    }

    /// <summary>Ends the lease of this holder; false where it holds none.</summary>
    public bool Release(string name, Guid leaseId)
    {
        if (tree.TryStat(Directory) is null)
        {
            return false;
        }

        string path = PathOf(name);
        using IDisposable held = Lock();
        if (TryRead(path) is not { } current || current.Holder != leaseId)
        {
            return false;
        }

        return tree.Delete(path);
    }

    private LeaseFile? TryRead(string path)
    {
        try
        {
            LeaseFile? lease = tree.TryReadAll(path, MaxBytes) is { } bytes
                ? JsonSerializer.Deserialize(bytes, LeaseJson.Default.LeaseFile)
                : null;
            return lease is not null && IsHeld(lease.Expires) ? lease : null;
        }
        catch (JsonException e)
        {
            throw new PermanentException(
                ErrorKind.Storage,
                $"repository.url: the lease file {tree.Describe(path)} is damaged; delete it while no abf runs",
                e
            );
        }
    }

    /// <summary>
    /// One that ends later than any lease lasts was written by a clock that was ahead, or is read by one that is
    /// behind: whoever holds it is not known, and would be waited for as long as the clock was off.
    /// </summary>
    private bool IsHeld(DateTimeOffset expires)
    {
        DateTimeOffset now = timeProvider.GetUtcNow();
        return expires > now && !RecordedTime.IsInFuture(expires - BlobLease.MaxDuration, now);
    }

    private IDisposable Lock()
    {
        for (int attempt = 1; attempt <= LockAttempts; attempt++)
        {
            if (tree.TryLock(LockName) is { } held)
            {
                return held;
            }

            Thread.Sleep(s_lockPause);
        }

        throw new IOException(
            $"another process holds {tree.Describe(LockName)} and does not let go; find it, and end it"
        );
    }

    internal sealed record LeaseFile(Guid Holder, DateTimeOffset Expires);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(LeaseFile))]
    private sealed partial class LeaseJson : JsonSerializerContext;
}
