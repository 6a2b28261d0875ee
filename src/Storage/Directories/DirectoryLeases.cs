using System.Globalization;
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
    private const int MaxHostLength = 255;
    private const int LockAttempts = 400;
    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(25);

    private static string PathOf(string name) => $"{Directory}/{FileNameEscape.ToPath(name)}";

    public bool Acquire(string name, Guid leaseId, TimeSpan duration, CancellationToken cancellationToken)
    {
        BlobLease.CheckDuration(duration);
        string path = PathOf(name);
        tree.CreateDirectory(Directory);
        using IDisposable held = Lock(cancellationToken);
        if (TryRead(path) is { } current && current.Holder != leaseId)
        {
            return false;
        }

        LeaseFile next = new(
            leaseId,
            timeProvider.GetUtcNow() + duration,
            Environment.MachineName,
            Environment.ProcessId
        );
        tree.Replace(path, newTemporaryPath(), JsonSerializer.SerializeToUtf8Bytes(next, LeaseJson.Default.LeaseFile));
        return true;
    }

    /// <summary>Ends the lease of this holder; false where it holds none.</summary>
    public bool Release(string name, Guid leaseId, CancellationToken cancellationToken)
    {
        if (tree.TryStat(Directory) is null)
        {
            return false;
        }

        string path = PathOf(name);
        using IDisposable held = Lock(cancellationToken);
        if (TryRead(path) is not { } current || current.Holder != leaseId)
        {
            return false;
        }

        return tree.Delete(path);
    }

    /// <summary>Where the lease is, who holds it, until when, and what to do.</summary>
    public string Describe(string name)
    {
        string path = PathOf(name);
        string place = $"the lease is {tree.Describe(path)}";
        if (TryRead(path) is not { } lease)
        {
            return $"{place}, and has just ended: try again";
        }

        string holder = lease.Host is { Length: > 0 and <= MaxHostLength } host
            ? string.Create(CultureInfo.InvariantCulture, $"process {lease.Process} of host '{host}'")
            : $"holder {lease.Holder}";
        string until = lease.Expires.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        return $"{place}, of {holder}, until {until}; it ends by itself when that process does";
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

    /// <exception cref="PermanentException">Busy: another process has it, for much longer than any change of a lease
    /// takes.</exception>
    private IDisposable Lock(CancellationToken cancellationToken)
    {
        for (int attempt = 1; attempt <= LockAttempts; attempt++)
        {
            if (tree.TryLock(LockName) is { } held)
            {
                return held;
            }

            cancellationToken.WaitHandle.WaitOne(LockPause);
            cancellationToken.ThrowIfCancellationRequested();
        }

        throw new PermanentException(
            ErrorKind.Busy,
            $"repository.url: {tree.Describe(LockName)} is held by "
                + (tree.LockHolder(LockName) ?? "another process, perhaps of another host")
                + ", which does not let go of it: find out what it does, and end it"
        );
    }

    /// <param name="Host">For people, as <paramref name="Process"/>.</param>
    internal sealed record LeaseFile(Guid Holder, DateTimeOffset Expires, string? Host = null, int Process = 0);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(LeaseFile))]
    private sealed partial class LeaseJson : JsonSerializerContext;
}
