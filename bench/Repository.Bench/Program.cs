using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Bench;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.Runs;
using AlfrescoBackupFlows.Storage.Directories;

// Usage: Repository.Bench DIRECTORY [MIB]. Writes to new directories below DIRECTORY, which is the caller's to delete.
if (args.Length is 0 or > 2)
{
    Console.Error.WriteLine("usage: Repository.Bench DIRECTORY [MIB]");
    return 2;
}

string root = Path.GetFullPath(args[0]);
int mebibytes = args.Length > 1 ? int.Parse(args[1]) : 512;
Console.WriteLine(
    "| data | files | MB/s | CPU s/GB | SHA-256 + write: MB/s | CPU s/GB | stored / plain | packs / plain | index / plain | run only / plain | peak RSS MiB |"
);
Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|");
foreach (
    (string name, int fileLength, bool compressible, int share) in new[]
    {
        ("incompressible, 1 KiB", 1 << 10, false, 8),
        ("incompressible, 100 KiB", 100 << 10, false, 1),
        ("incompressible, 1 MiB", 1 << 20, false, 1),
        ("incompressible, 64 MiB", 64 << 20, false, 1),
        ("text, 100 KiB", 100 << 10, true, 1),
        ("text, one dump", 0, true, 1),
    }
)
{
    long total = ((long)mebibytes << 20) / share;
    var source = new Source(total, fileLength == 0 ? total : fileLength, compressible);
    Measured plain = await Measured.RunAsync(() =>
        source.WritePlainAsync(Path.Combine(root, "plain-" + Guid.NewGuid().ToString("N")))
    );
    string path = Path.Combine(root, "store-" + Guid.NewGuid().ToString("N"));
    DirectoryBlobStore store = await DirectoryBlobStore.CreateAsync(path, TimeProvider.System, CancellationToken.None);
    var access = new RepositoryAccess("none", null, path + ".cache", TimeProvider.System);
    await BackupRepository.InitAsync(store, new RepositoryInit("none", null, string.Empty, TimeProvider.System));
    await using BackupRepository repository = await BackupRepository.OpenAsync(store, access);
    LogHead head = await repository.Log.ReadAsync();
    RunId run = RunId.Create(DateTimeOffset.UnixEpoch, Guid.NewGuid());
    ChunkIndex index = await repository.LoadIndexAsync(head.State, CancellationToken.None);
    using RunChunkIndex runIndex = await repository.LoadRunIndexAsync(run, CancellationToken.None);
    Measured sealedRun = await Measured.RunAsync(async () =>
    {
        ChunkClass chunkClass = fileLength == 0 ? ChunkClass.Dump : ChunkClass.Content;
        await source.WriteAsync(
            async (number, file) =>
            {
                // One page for 64,000 files, as activities do it.
                if (number % 64_000 == 0)
                {
                    await source.CommitAsync(
                        repository.OpenRunWriter(run, $"page-{number}", index, runIndex, LostPacks.None)
                    );
                }

                await source.Writer!.WriteAsync(chunkClass, file, CancellationToken.None);
            }
        );
        await source.CommitAsync(null);
        await repository.MergeRunIndexAsync(run, [], known: null, CancellationToken.None);
    });
    long packs = Source.BytesBelow(Path.Combine(path, "packs"));
    long indexes = Source.BytesBelow(Path.Combine(path, "index"));
    long runs = Source.BytesBelow(Path.Combine(path, "runs"));
    double gb = total / 1e9;
    Row(
        $"{name}",
        $"{total / (fileLength == 0 ? total : fileLength)}",
        $"{total / 1e6 / sealedRun.Seconds:F0}",
        $"{sealedRun.CpuSeconds / gb:F2}",
        $"{total / 1e6 / plain.Seconds:F0}",
        $"{plain.CpuSeconds / gb:F2}",
        $"{(packs + indexes) / (double)total:F4}",
        $"{packs / (double)total:F4}",
        $"{indexes / (double)total:F4}",
        $"{runs / (double)total:F4}",
        $"{Process.GetCurrentProcess().PeakWorkingSet64 >> 20}"
    );
    Directory.Delete(path, recursive: true);
    if (Directory.Exists(path + ".cache"))
    {
        Directory.Delete(path + ".cache", recursive: true);
    }
}

return 0;

static void Row(params FormattableString[] cells) =>
    Console.WriteLine($"| {string.Join(" | ", cells.Select(FormattableString.Invariant))} |");
