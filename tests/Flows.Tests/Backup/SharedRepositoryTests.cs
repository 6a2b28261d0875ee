using System.Collections.Concurrent;
using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Backup;
using AlfrescoBackupFlows.Flows.Backup.Activities;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tests.Faults;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Testing.Servers;
using AlfrescoBackupFlows.Testing.Stores;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Backup;

/// <summary>Two installations that have the same content, in one repository.</summary>
[Trait("needs", "server")]
public sealed class SharedRepositoryTests(OnDemand<PostgresServer> server)
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_shares_what_the_other_had_stored_before_it_began()
    {
        using BackupRig rig = await BackupRig.CreateAsync(await server.GetAsync(), documents: 30, _token);
        SetManifest first = await BackupAsync(rig, "one", BackupRig.NewRun());
        SetManifest second = await BackupAsync(rig, "two", BackupRig.NewRun());

        Assert.True(
            second.Totals.AddedBytes < first.Totals.AddedBytes / 3,
            $"{second.Totals.AddedBytes} of {first.Totals.AddedBytes}"
        );
    }

    /// <summary>A set that came meanwhile may expire meanwhile, and its packs may be older than the run: nothing would
    /// keep them.</summary>
    [Fact]
    public async Task A_run_leans_on_no_set_that_came_after_its_base()
    {
        using BackupRig rig = await BackupRig.CreateAsync(await server.GetAsync(), documents: 30, _token);
        string early = BackupRig.NewRun();
        await OpenAsync(rig, "one", early);
        SetManifest meanwhile = await BackupAsync(rig, "two", BackupRig.NewRun());

        SetManifest set = await BackupAsync(rig, "one", early);

        Assert.True(set.Base < meanwhile.Base);
        Assert.True(set.Consistency.Consistent);
        Assert.True(
            set.Totals.AddedBytes > meanwhile.Totals.AddedBytes / 2,
            $"{set.Totals.AddedBytes} beside {meanwhile.Totals.AddedBytes}"
        );
        await using BackupRepository repository = await rig.OpenRepositoryAsync(_token);
        RootStamp root = set.Roots.Single(root => root.Name == "contentstore");
        Assert.Equal(SetContents.ReadDirectory(root.Path), await SetContents.ReadRootAsync(repository, root, _token));
    }

    [Fact]
    public async Task A_run_whose_repository_was_opened_ahead_makes_the_same_requests()
    {
        using BackupRig rig = await BackupRig.CreateAsync(await server.GetAsync(), documents: 1, _token);

        Assert.Equal(await RequestsOfOpeningAsync(rig, ahead: false), await RequestsOfOpeningAsync(rig, ahead: true));
    }

    [Fact]
    public async Task A_fault_of_opening_ahead_is_met_by_the_run_and_once()
    {
        using BackupRig rig = await BackupRig.CreateAsync(await server.GetAsync(), documents: 1, _token);
        RepositoryStores stores = await NewStoresAsync();
        await using FlowEnvironment environment = rig.CreateEnvironment(
            "ahead",
            stores with
            {
                Blobs = new FaultInjectingBlobStore(
                    stores.Blobs,
                    FaultInjectingBlobStore.AtCall(1, new BlobFault { FailBefore = true })
                ),
            }
        );
        environment.OpenAhead();
        var input = new OpenRunInput(RunId.Parse(BackupRig.NewRun()), []);

        await Assert.ThrowsAsync<TransientException>(() =>
            new OpenRun(environment).RunAsync(input, new Silence(), _token)
        );
        OpenedRun opened = await new OpenRun(environment).RunAsync(input, new Silence(), _token);

        Assert.Equal(0, opened.Base);
    }

    /// <summary>In any order: who asks first is chance.</summary>
    private async Task<IEnumerable<string>> RequestsOfOpeningAsync(BackupRig rig, bool ahead)
    {
        var calls = new ConcurrentQueue<BlobCall>();
        await using FlowEnvironment environment = rig.CreateEnvironment(
            $"ahead-{ahead}",
            FaultBench.Visit(await NewStoresAsync(), calls.Enqueue)
        );
        if (ahead)
        {
            environment.OpenAhead();
        }

        var input = new OpenRunInput(RunId.Parse(BackupRig.NewRun()), []);
        await new OpenRun(environment).RunAsync(input, new Silence(), _token);
        return calls.Select(call => $"{call.Verb} {call.Name}").Order(StringComparer.Ordinal);
    }

    private async Task<RepositoryStores> NewStoresAsync()
    {
        var stores = new RepositoryStores(new MemoryBlobStore(), new MemoryBlobStore());
        await BackupRepository.InitAsync(
            stores.Blobs,
            new RepositoryInit("none", null, "test", TimeProvider.System),
            _token
        );
        return stores;
    }

    private async Task OpenAsync(BackupRig rig, string installation, string run)
    {
        rig.Installation = installation;
        await using FlowEnvironment environment = rig.CreateEnvironment(installation);
        await new OpenRun(environment).RunAsync(new OpenRunInput(RunId.Parse(run), []), new Silence(), _token);
    }

    private async Task<SetManifest> BackupAsync(BackupRig rig, string installation, string run)
    {
        rig.Installation = installation;
        await using FlowEnvironment environment = rig.CreateEnvironment(installation);
        await using EmbeddedEngine engine = EmbeddedEngine.Open(rig.Combine(installation), TaskCatalog.Of(environment));
        engine.Start(nameof(HotBackupFlow), new HotBackupInput(RunId.Parse(run), AcceptContentLoss: false, []), run);
        FlowInstance ended = await engine.RunToEndAsync(run, _token);
        Assert.True(ended.Status == RuntimeStatus.Completed, ended.Failure?.Message);
        return (await rig.ReadSetsAsync(_token)).Single(set => set.Id.ToString() == run);
    }
}
