using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.Tests.Fakes;
using AlfrescoBackupFlows.Storage;
using AlfrescoBackupFlows.Testing.Stores;
using Microsoft.Extensions.Time.Testing;

namespace AlfrescoBackupFlows.Repository.Tests.Log;

/// <summary>A log in memory, and further readers and writers of it.</summary>
internal sealed class LogFixture
{
    private readonly KeyRing _keys = KeyRing.Generate(77);

    public MemoryBlobStore Blobs { get; } = new();

    public FakeTimeProvider Time { get; } = new(Samples.Time);

    /// <summary>Another process's log over the same blobs.</summary>
    public CommitLog Open(IBlobStore? blobs = null) => new(new SealedBlobs(blobs ?? Blobs, _keys, Time), Time);

    /// <summary>The same on a machine that keeps what it has seen of the log.</summary>
    public CommitLog OpenKept(string cacheDirectory, IBlobStore? blobs = null) =>
        new(new SealedBlobs(blobs ?? Blobs, _keys, Time), Time, new LogCache(cacheDirectory, _keys.Repository));

    public static async Task<LogFixture> StartAsync()
    {
        LogFixture fixture = new();
        Assert.True(await fixture.Open().InitAsync(Samples.Config, CancellationToken.None));
        return fixture;
    }

    /// <summary>A run that is opened and committed: two entries.</summary>
    public async Task<SetSummary> CommitAsync(int number, CommitLog? log = null)
    {
        log ??= Open();
        RunOpened run = await log.OpenRunAsync(Samples.Run(number), "acme");
        return await log.CommitAsync(
            run.Run,
            run.Base,
            Samples.Manifest(run.Run, run.Base, null, new ChunkIndexBlob(new ChunkIndexId((UInt128)number), number))
        );
    }

    public async Task<byte[]> ReadBlobAsync(long sequence)
    {
        byte[] blob = new byte[1 << 20];
        int? read = await Blobs.ReadAsync(LogNames.BlobName(sequence), 0, blob, CancellationToken.None);
        return blob[..read!.Value];
    }

    public async Task ReplaceAsync(long sequence, byte[] blob)
    {
        await Blobs.DeleteAsync(LogNames.BlobName(sequence), CancellationToken.None);
        await Blobs.PutIfAbsentAsync(LogNames.BlobName(sequence), blob, CancellationToken.None);
    }
}
