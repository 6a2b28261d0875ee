using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Engines.Tests;
using AlfrescoBackupFlows.Extension.Tests.Rig;
using AlfrescoBackupFlows.Flows;
using AlfrescoBackupFlows.Flows.Backup;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Storage;
using AlfrescoBackupFlows.Storage.Azure;
using AlfrescoBackupFlows.Testing.Servers;
using Azure.Storage.Blobs;
using Xunit;

namespace AlfrescoBackupFlows.Extension.Tests;

/// <summary>The real flow with the real activities on the Durable extension: an installation on PostgreSQL into a
/// container of Azurite.</summary>
public sealed class CloudBackupTests(OnDemand<PostgresServer> server, TaskHubs hubs)
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_set_of_the_cloud_host_holds_every_byte_and_the_embedded_engine_goes_on_from_it()
    {
        using BackupRig rig = await BackupRig.CreateAsync(await server.GetAsync(), documents: 120, _token);

        IBlobStore blobs = await CreateContainerAsync();
        await BackupRepository.InitAsync(blobs, new RepositoryInit("none", null, "test", TimeProvider.System), _token);
        var stores = new RepositoryStores(blobs, await CreateContainerAsync());

        var heard = new HeardLogs();
        FlowInstance cloud = await BackupAsync(rig, stores, heard);
        Assert.True(cloud.Status == RuntimeStatus.Completed, cloud.Failure?.Message);
        AssertOneLineSaysIt(heard, cloud.Id);
        await BackupEmbeddedAsync(rig, stores);

        await using BackupRepository repository = await BackupRepository.OpenAsync(
            blobs,
            new RepositoryAccess("none", null, rig.Combine("cache"), TimeProvider.System),
            _token
        );
        LogHead head = await repository.Log.ReadAsync(_token);
        SetManifest[] sets =
        [
            await repository.Log.ReadManifestAsync(head.State.Sets[0], _token),
            await repository.Log.ReadManifestAsync(head.State.Sets[1], _token),
        ];
        Assert.Equal(sets[0].Id, sets[1].Parent);
        Assert.True(sets[0].Consistency.Consistent);
        Assert.Equal(sets[1].Phases.Select(phase => phase.Name), sets[0].Phases.Select(phase => phase.Name));
        Assert.Equal(
            sets[1].Roots.Select(root => (root.Name, root.Files, root.Bytes)),
            sets[0].Roots.Select(root => (root.Name, root.Files, root.Bytes))
        );
        foreach (RootStamp root in sets[0].Roots)
        {
            SortedDictionary<string, byte[]> files = await SetContents.ReadRootAsync(repository, root, _token);
            Assert.Equal(SetContents.ReadSource(root, files.Keys), files);
        }
    }

    [Fact]
    public async Task A_fault_of_the_settings_reaches_whoever_looks_as_it_was_said()
    {
        using BackupRig rig = await BackupRig.CreateAsync(await server.GetAsync(), documents: 5, _token);
        rig.ToolPath = rig.Combine("nowhere");

        var heard = new HeardLogs();
        FlowInstance run = await BackupAsync(rig, stores: null, heard);

        Assert.Equal(RuntimeStatus.Failed, run.Status);
        Assert.Single(heard.Lines, line => line.StartsWith($"Function.HotBackupFlow.User Error: Run {run.Id} failed"));
        Assert.False(run.Failure!.IsRetryable);
        Assert.Contains("nowhere", run.Failure.Message);
    }

    /// <summary>Of all functions: the line that alerts wait for, and two of the extension's about the activity that says
    /// it.</summary>
    private static void AssertOneLineSaysIt(HeardLogs heard, string set)
    {
        string[] said = [.. heard.Lines.Where(line => line.StartsWith("Function", StringComparison.Ordinal))];
        Assert.Single(said, line => line.StartsWith($"Function.CommitSet.User Information: Set {set} is sealed"));
        Assert.Equal(2, said.Count(line => line.Contains("'CommitSet (Activity)'", StringComparison.Ordinal)));
        Assert.Equal(3, said.Length);
    }

    private async Task<IBlobStore> CreateContainerAsync()
    {
        AzuriteServer emulator = await hubs.GetStorageAsync();
        var container = new BlobContainerClient(emulator.ConnectionString, $"cloud-{Guid.NewGuid():n}");
        await container.CreateAsync(cancellationToken: _token);
        return AzureBlobStore.Open(
            new AzureStoreOptions
            {
                Url = $"{emulator.AccountUrl}/{container.Name}",
                ConnectionString = new Secret(emulator.ConnectionString),
            }
        );
    }

    private async Task BackupEmbeddedAsync(BackupRig rig, RepositoryStores stores)
    {
        await using FlowEnvironment environment = rig.CreateEnvironment("embedded", stores);
        await using EmbeddedEngine engine = EmbeddedEngine.Open(rig.Combine("journal"), TaskCatalog.Of(environment));
        string run = BackupRig.NewRun();
        engine.Start(nameof(HotBackupFlow), new HotBackupInput(RunId.Parse(run), AcceptContentLoss: false, []), run);
        FlowInstance ended = await engine.RunToEndAsync(run, _token);
        Assert.True(ended.Status == RuntimeStatus.Completed, ended.Failure?.Message);
    }

    /// <param name="stores">Null: the rig's own, in directories.</param>
    private async Task<FlowInstance> BackupAsync(BackupRig rig, RepositoryStores? stores, HeardLogs heard)
    {
        var loggers = new FunctionLoggers();
        await using FlowEnvironment environment = rig.CreateEnvironment(stores: stores, loggers: loggers);
        await using TestEngine engine = await TestEngine.OpenAsync(
            BackupTasks.Register,
            BackupTasks.Converter,
            environment,
            loggers,
            heard
        );
        string run = BackupRig.NewRun();
        await engine.StartAsync(
            nameof(HotBackupFlow),
            new HotBackupInput(RunId.Parse(run), AcceptContentLoss: false, []),
            run
        );
        return await engine.WaitForEndAsync(run, _token);
    }
}
