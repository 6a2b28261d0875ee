using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Engines.Tests;
using AlfrescoBackupFlows.Flows;
using AlfrescoBackupFlows.Flows.Engine;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Testing;
using Xunit;

namespace AlfrescoBackupFlows.Functions.Tests;

/// <summary>The real flow with the real activities on Durable Task: an installation on PostgreSQL into a directory.</summary>
[Trait("needs", "server")]
public sealed class CloudBackupTests(OnDemand<PostgresServer> server)
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_set_of_the_cloud_host_holds_every_byte_and_the_embedded_engine_goes_on_from_it()
    {
        using BackupRig rig = await BackupRig.CreateAsync(await server.GetAsync(), documents: 120, _token);

        FlowInstance cloud = await BackupAsync(rig);
        Assert.True(cloud.Status == RuntimeStatus.Completed, cloud.Failure?.Message);
        FlowInstance embedded = await rig.BackupAsync(_token);
        Assert.True(embedded.Status == RuntimeStatus.Completed, embedded.Failure?.Message);

        SetManifest[] sets = [.. await rig.ReadSetsAsync(_token)];
        Assert.Equal(sets[0].Id, sets[1].Parent);
        Assert.True(sets[0].Consistency.Consistent);
        Assert.Equal(sets[1].Phases.Select(phase => phase.Name), sets[0].Phases.Select(phase => phase.Name));
        Assert.Equal(sets[1].Roots.Select(root => (root.Name, root.Files, root.Bytes)), sets[0].Roots.Select(root => (root.Name, root.Files, root.Bytes)));
        await using BackupRepository repository = await rig.OpenRepositoryAsync(_token);
        foreach (RootStamp root in sets[0].Roots)
        {
            Assert.Equal(SetContents.ReadDirectory(root.Path), await SetContents.ReadRootAsync(repository, root, _token));
        }
    }

    [Fact]
    public async Task A_fault_of_the_settings_reaches_whoever_looks_as_it_was_said()
    {
        using BackupRig rig = await BackupRig.CreateAsync(await server.GetAsync(), documents: 5, _token);
        rig.ToolPath = rig.Combine("nowhere");

        FlowInstance run = await BackupAsync(rig);

        Assert.Equal(RuntimeStatus.Failed, run.Status);
        Assert.False(run.Failure!.IsRetryable);
        Assert.Contains("nowhere", run.Failure.Message);
    }

    private async Task<FlowInstance> BackupAsync(BackupRig rig)
    {
        await using FlowEnvironment environment = rig.CreateEnvironment();
        FlowCatalog catalog = BackupFlows.CreateCatalog(environment);
        await using TestEngine engine = await TestEngine.OpenAsync(catalog);
        string run = BackupRig.NewRun();
        await engine.StartAsync(FlowNames.HotBackup.Name, catalog.Write(new HotBackupInput(run, AcceptContentLoss: false, [])), run);
        return await engine.WaitForEndAsync(run, _token);
    }
}
