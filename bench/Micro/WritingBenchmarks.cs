using System.Security.Cryptography;
using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.Runs;
using AlfrescoBackupFlows.Storage.Directories;
using BenchmarkDotNet.Attributes;

namespace AlfrescoBackupFlows.Micro;

/// <summary>
/// 64 MiB of files through the whole writing side into a directory store, sealing and durable writes included, beside
/// what any tool must do: hash each file and write all of them, flushed.
/// </summary>
public class WritingBenchmarks
{
    private const int Total = 64 << 20;

    private byte[] _bytes = [];

    /// <summary>Bytes of a file; all of them is one dump, cut by content.</summary>
    [Params(1 << 10, 100 << 10, 1 << 20, Total)]
    public int FileLength { get; set; }

    [Params(false, true)]
    public bool Text { get; set; }

    [GlobalSetup]
    public void Setup() => _bytes = Text ? SampleBytes.Text(Total) : SampleBytes.Noise(Total);

    [Benchmark(Baseline = true, Description = "hash and write, flushed")]
    public Task<long> Yardstick() =>
        Within(directory =>
        {
            using var output = new FileStream(Path.Combine(directory, "all"), FileMode.CreateNew);
            for (int at = 0; at + FileLength <= Total; at += FileLength)
            {
                SHA256.HashData(_bytes.AsSpan(at, FileLength));
                output.Write(_bytes.AsSpan(at, FileLength));
            }

            output.Flush(flushToDisk: true);
            return Task.FromResult(output.Length);
        });

    [Benchmark(Description = "into a repository")]
    public Task<long> Write() => Within(WriteAsync);

    private async Task<long> WriteAsync(string directory)
    {
        string path = Path.Combine(directory, "store");
        DirectoryBlobStore store = await DirectoryBlobStore.CreateAsync(
            path,
            TimeProvider.System,
            CancellationToken.None
        );
        await BackupRepository.InitAsync(store, new RepositoryInit("none", null, string.Empty, TimeProvider.System));
        var access = new RepositoryAccess("none", null, Path.Combine(directory, "cache"), TimeProvider.System);
        await using BackupRepository repository = await BackupRepository.OpenAsync(store, access);
        LogHead head = await repository.Log.ReadAsync();
        RunId run = RunId.Create(DateTimeOffset.UnixEpoch, Guid.NewGuid());
        ChunkIndex index = await repository.LoadIndexAsync(head.State, CancellationToken.None);
        using RunChunkIndex runIndex = await repository.LoadRunIndexAsync(run, CancellationToken.None);
        await using (RunWriter writer = repository.OpenRunWriter(run, "page", index, runIndex, LostPacks.None))
        {
            ChunkClass chunkClass = FileLength == Total ? ChunkClass.Dump : ChunkClass.Content;
            for (int at = 0; at + FileLength <= Total; at += FileLength)
            {
                using var stream = new MemoryStream(_bytes, at, FileLength, writable: false);
                await writer.WriteAsync(chunkClass, stream, CancellationToken.None);
            }

            await writer.CommitPageAsync(new Done(0), MicroJson.Default.Done, CancellationToken.None);
        }

        await repository.MergeRunIndexAsync(run, [], known: null, CancellationToken.None);
        return new DirectoryInfo(path).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
    }

    private static async Task<long> Within(Func<string, Task<long>> work)
    {
        DirectoryInfo directory = Directory.CreateTempSubdirectory("abf-micro-");
        try
        {
            return await work(directory.FullName);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }
}

internal sealed record Done(int Count);

[JsonSerializable(typeof(Done))]
internal sealed partial class MicroJson : JsonSerializerContext;
