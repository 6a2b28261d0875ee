using System.Text.Json;
using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Storage;

/// <summary>
/// Leases of a directory store: a small JSON file each, changed only under the operating system's lock on <c>.leases/.lock</c>. Hosts that share the
/// directory need clocks that agree to within seconds; a wrong clock costs double work, never a wrong set.
/// </summary>
internal sealed partial class DirectoryLeases(string root, TimeProvider timeProvider, Func<string> newTemporaryPath)
{
    private const int LockAttempts = 400;
    private static readonly TimeSpan s_lockPause = TimeSpan.FromMilliseconds(25);

    private readonly string _directory = Path.Combine(root, ".leases");

    public string PathOf(string name) => Path.Combine(_directory, FileNameEscape.ToPath(name));

    public bool Acquire(string name, Guid leaseId, TimeSpan duration)
    {
        BlobLease.CheckDuration(duration);
        string path = PathOf(name);
        using FileStream held = Lock();
        if (TryRead(path) is { } current && current.Holder != leaseId)
        {
            return false;
        }

        LeaseFile next = new(leaseId, timeProvider.GetUtcNow() + duration);
        DurableFiles.Replace(path, newTemporaryPath(), JsonSerializer.SerializeToUtf8Bytes(next, LeaseJson.Default.LeaseFile));
        return true;
    }

    /// <summary>Ends the lease of this holder, or of any where none is given.</summary>
    public bool Release(string name, Guid? leaseId)
    {
        if (!Directory.Exists(_directory))
        {
            return false;
        }

        string path = PathOf(name);
        using FileStream held = Lock();
        if (TryRead(path) is not { } current || (leaseId is { } id && current.Holder != id))
        {
            return false;
        }

        File.Delete(path);
        return true;
    }

    private LeaseFile? TryRead(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            LeaseFile? lease = JsonSerializer.Deserialize(File.ReadAllBytes(path), LeaseJson.Default.LeaseFile);
            return lease?.Expires > timeProvider.GetUtcNow() ? lease : null;
        }
        catch (JsonException e)
        {
            throw new PermanentException(ErrorKind.Storage, $"repository.url: the lease file {path} is damaged; delete it while no abf runs", e);
        }
    }

    private FileStream Lock()
    {
        string path = Path.Combine(_directory, ".lock");
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (attempt < LockAttempts && Directory.Exists(_directory))
            {
                Thread.Sleep(s_lockPause);
            }
        }
    }

    internal sealed record LeaseFile(Guid Holder, DateTimeOffset Expires);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(LeaseFile))]
    private sealed partial class LeaseJson : JsonSerializerContext;
}
