using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Backup;
using AlfrescoBackupFlows.Flows.Backup.Activities;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Backup;

[Trait("needs", "server")]
public sealed class ResumedBackupTests(OnDemand<PostgresServer> server)
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_that_was_stopped_during_files_goes_on_without_another_dump()
    {
        using BackupRig rig = await BackupRig.CreateAsync(await server.GetAsync(), documents: 100, _token);
        string run = BackupRig.NewRun();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(_token);
        await using (FlowEnvironment environment = rig.CreateEnvironment())
        {
            var options = new EngineOptions { Progress = new StopAt(PhaseNames.Files, stop) };
            await using EmbeddedEngine engine = EmbeddedEngine.Open(rig.State, TaskCatalog.Of(environment), options);
            engine.Start(
                nameof(HotBackupFlow),
                new HotBackupInput(RunId.Parse(run), AcceptContentLoss: false, []),
                run
            );
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => engine.RunToEndAsync(run, stop.Token));
        }

        await using FlowEnvironment again = rig.CreateEnvironment();
        await using EmbeddedEngine second = EmbeddedEngine.Open(rig.State, TaskCatalog.Of(again));
        FlowInstance ended = await second.RunToEndAsync(run, _token);

        Assert.True(ended.Status == RuntimeStatus.Completed, ended.Failure?.Message);
        Assert.Equal(
            1,
            second.Client.CountActivities(run).Single(count => count.Activity == nameof(DumpDatabase)).Starts
        );
        Assert.True(Assert.Single(await rig.ReadSetsAsync(_token)).Consistency.Consistent);
    }

    [Fact]
    public async Task A_new_run_takes_the_place_of_a_dead_one_at_once()
    {
        using BackupRig rig = await BackupRig.CreateAsync(await server.GetAsync(), documents: 20, _token);
        await using FlowEnvironment environment = rig.CreateEnvironment();
        RunId dead = RunId.Parse(BackupRig.NewRun());
        RunId next = RunId.Parse(BackupRig.NewRun());
        await OpenAsync(environment, new OpenRunInput(dead, []));

        OpenedRun opened = await OpenAsync(environment, new OpenRunInput(next, [dead]));

        Assert.Equal([dead], opened.Evicted);
        await Assert.ThrowsAsync<PermanentException>(() =>
            environment.Runs.WorkAsync(new RunRef(dead, Parent: null), (_, _) => Task.FromResult(0), _token)
        );
    }

    [Fact]
    public async Task Another_host_is_busy_while_the_lease_is_held()
    {
        using BackupRig rig = await BackupRig.CreateAsync(await server.GetAsync(), documents: 20, _token);
        await using FlowEnvironment here = rig.CreateEnvironment();
        await using FlowEnvironment there = rig.CreateEnvironment("there");
        await OpenAsync(here, new OpenRunInput(RunId.Parse(BackupRig.NewRun()), []));

        PermanentException busy = await Assert.ThrowsAsync<PermanentException>(() =>
            OpenAsync(there, new OpenRunInput(RunId.Parse(BackupRig.NewRun()), []))
        );

        Assert.Equal(ErrorKind.Busy, busy.Kind);
    }

    private Task<OpenedRun> OpenAsync(FlowEnvironment environment, OpenRunInput input) =>
        new OpenRun(environment).RunAsync(input, new Silence(), _token);
}
