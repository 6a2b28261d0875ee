using System.Collections.Concurrent;
using AlfrescoBackupFlows.Flows.Backup.Activities;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tests.Retention;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Storage.Decorators;
using AlfrescoBackupFlows.Testing;
using AlfrescoBackupFlows.Testing.Stores;
using Microsoft.Extensions.Logging;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Backup;

public sealed class CloseRunTests : IDisposable
{
    private const int Nights = 33;

    private readonly TempDirectory _directory = new();
    private readonly MemoryBlobStore _blobs = new();
    private readonly Said _said = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task After_a_set_many_small_index_blobs_are_put_together_and_none_is_deleted()
    {
        var counted = new CountingBlobStore(_blobs);
        await using FlowEnvironment environment = await BackUpAsync(counted);

        await CloseAsync(environment, reason: "it failed");
        Assert.Equal(Nights, (await LiveAsync(environment)).Length);
        await CloseAsync(environment, reason: null);

        Assert.Single(await LiveAsync(environment));
        Assert.Equal(0, counted.Count(BlobVerb.Delete));
        Assert.Equal(Nights + 1, await _blobs.ListAsync("index/", Token).CountAsync(Token));
        Assert.Empty(_said.Warnings);
        long before = counted.Total;
        await CloseAsync(environment, reason: null);
        Assert.Equal(before, counted.Total);
    }

    [Fact]
    public async Task That_they_cannot_be_put_together_is_told_and_fails_nothing()
    {
        await using FlowEnvironment environment = await BackUpAsync(_blobs);
        string lost = (await LiveAsync(environment))[7].Id.BlobName;
        await _blobs.DeleteAsync(lost, Token);

        await CloseAsync(environment, reason: null);

        Assert.Contains(lost, Assert.Single(_said.Warnings), StringComparison.Ordinal);
        Assert.Equal(Nights, (await LiveAsync(environment)).Length);
    }

    private static async Task CloseAsync(FlowEnvironment environment, string? reason) =>
        await new CloseRun(environment).RunAsync(
            new CloseRunInput(new RunRef(RunId.Parse("20261123T201500Z-00000001"), null), reason),
            new Silence(),
            Token
        );

    private static async Task<ChunkIndexSummary[]> LiveAsync(FlowEnvironment environment)
    {
        BackupRepository repository = await environment.Repository.OpenAsync(Token);
        return [.. LogState.Live((await repository.Log.ReadAsync(Token)).State.Indexes)];
    }

    /// <summary>Nights that each leave an index blob.</summary>
    private async Task<FlowEnvironment> BackUpAsync(Storage.IBlobStore blobs)
    {
        await BackupRepository.InitAsync(blobs, new RepositoryInit("none", null, "test", TimeProvider.System), Token);
        FlowEnvironment environment = PlainEnvironment.Of(
            _directory.Combine("state"),
            blobs,
            new MemoryBlobStore(),
            loggers: _said
        );
        BackupRepository repository = await environment.Repository.OpenAsync(Token);
        for (int night = 1; night <= Nights; night++)
        {
            var id = RunId.Parse($"20261122T201500Z-{night:x8}");
            RunOpened run = await repository.Log.OpenRunAsync(id, "acme", Token);
            (ChunkIndexBlob index, _) = await ChunkIndexBlobs.WriteAsync(repository.Blobs, new ChunkIndexRows(), Token);
            SetManifest manifest = Manifests.Empty(id, run.Base, "acme", isConsistent: true);
            await repository.Log.CommitAsync(id, run.Base, manifest with { Indexes = [index] }, Token);
        }

        return environment;
    }

    private sealed class Said : TestLog
    {
        public ConcurrentQueue<string> Warnings { get; } = new();

        protected override void Take(LogLevel level, EventId id, string line)
        {
            if (level >= LogLevel.Warning)
            {
                Warnings.Enqueue(line);
            }
        }
    }
}
