using AlfrescoBackupFlows.Flows.Restore.Targets;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Storage.Directories;

namespace AlfrescoBackupFlows.Fuzz.Targets;

/// <summary>Small files that lie where others may write.</summary>
internal static class FileTargets
{
    private static readonly Lazy<string> Place = new(() =>
    {
        string path = Directory.CreateTempSubdirectory("abf-fuzz-").FullName;
        Directory.CreateDirectory(Path.Combine(path, ".leases"));
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(path, recursive: true);
        return path;
    });

    private static readonly Lazy<DirectoryBlobStore> Store = new(() =>
        DirectoryBlobStore.Open(Place.Value, TimeProvider.System)
    );

    public static IEnumerable<FuzzTarget> All { get; } =
    [
        new("lease", ReadLease) { ShortRun = 300 },
        new("restore-marker", ReadMarker) { ShortRun = 300 },
        new("secret-file", ReadSecret) { ShortRun = 300 },
    ];

    private static void ReadLease(byte[] bytes)
    {
        File.WriteAllBytes(Path.Combine(Place.Value, ".leases", "x"), bytes);
        Store.Value.AcquireLeaseAsync("x", Guid.Empty, TimeSpan.FromSeconds(15), default).GetAwaiter().GetResult();
    }

    private static void ReadMarker(byte[] bytes)
    {
        File.WriteAllBytes(Path.Combine(Place.Value, TargetMarker.Name), bytes);
        new TargetMarker(Place.Value).TryRead();
    }

    private static void ReadSecret(byte[] bytes)
    {
        string path = Path.Combine(Place.Value, "secret");
        File.WriteAllBytes(path, bytes);
        SecretFile.Read(path, "repository.passphraseFile");
    }
}
