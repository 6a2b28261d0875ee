using System.Collections.Immutable;
using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Faults;

/// <summary>
/// Alfresco's index-backup job fires while the dump is under way: pg_dump is held open by a stand-in that then calls
/// the real one. PostgreSQL, the index copy and its replacement on disk are real.
/// </summary>
[Trait("needs", "server")]
public sealed class IndexJobDuringDumpTests(OnDemand<PostgresServer> server)
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_index_is_captured_again_and_the_set_holds_the_new_one_and_a_dump_that_is_newer()
    {
        using BackupRig rig = await BackupRig.CreateAsync(await server.GetAsync(), documents: 5, _token);
        FlowInstance run = await BackupAsync(rig, jobs: 1);

        Assert.True(run.Status == RuntimeStatus.Completed, run.Failure?.Message);
        SetManifest set = Assert.Single(await rig.ReadSetsAsync(_token));
        Assert.True(set.Consistency.Consistent);
        PhaseTimes[] phases = [.. set.Phases];
        Assert.Equal([PhaseNames.Index, PhaseNames.Database, PhaseNames.Files], phases.Select(phase => phase.Name));
        Assert.All(phases.Zip(phases.Skip(1)), pair => Assert.True(pair.First.Ended <= pair.Second.Started));
        Assert.True(
            set.Index.Written <= phases[0].Started,
            $"the copy is of {set.Index.Written:O}, the index phase began at {phases[0].Started:O}"
        );
        await using BackupRepository repository = await rig.OpenRepositoryAsync(_token);
        RootStamp index = set.Roots.Single(root => root.Name == set.Index.Root);
        Assert.Equal(
            SetContents.ReadDirectory(rig.Sample.SearchIndexBackup),
            await SetContents.ReadRootAsync(repository, index, _token)
        );
        Assert.Equal((2, 2), (Calls(rig, run, "CaptureSearchIndex"), Calls(rig, run, "DumpDatabase")));
    }

    [Fact]
    public async Task A_job_that_fires_during_every_dump_ends_in_a_refusal_and_no_set()
    {
        using BackupRig rig = await BackupRig.CreateAsync(await server.GetAsync(), documents: 5, _token);
        FlowInstance run = await BackupAsync(rig, jobs: 3);

        Assert.Equal(ErrorKind.Busy, run.Failure!.Kind);
        Assert.Empty(await rig.ReadSetsAsync(_token));
    }

    [Fact]
    public async Task A_job_that_is_still_at_work_when_the_dump_ends_is_waited_for_and_all_phases_are_taken_again()
    {
        using BackupRig rig = await BackupRig.CreateAsync(await server.GetAsync(), documents: 5, _token);
        bool begun = false;

        // The flow has gone to sleep.
        var clock = new HurriedClock(() =>
        {
            if (Interlocked.Exchange(ref begun, false))
            {
                rig.Sample.EndIndexBackupJob();
            }
        });
        FlowInstance run = await BackupWithJobBegunAsync(rig, clock, () => Volatile.Write(ref begun, true));

        Assert.True(run.Status == RuntimeStatus.Completed, run.Failure?.Message);
        Assert.False(begun);
        SetManifest set = Assert.Single(await rig.ReadSetsAsync(_token));
        await using BackupRepository repository = await rig.OpenRepositoryAsync(_token);
        RootStamp index = set.Roots.Single(root => root.Name == set.Index.Root);
        Assert.Equal(
            SetContents.ReadDirectory(rig.Sample.SearchIndexBackup),
            await SetContents.ReadRootAsync(repository, index, _token)
        );
        Assert.Equal((2, 2), (Calls(rig, run, "CaptureSearchIndex"), Calls(rig, run, "DumpDatabase")));
    }

    [Fact]
    public async Task With_refuse_a_job_that_begins_during_the_dump_ends_the_run_without_a_set()
    {
        using BackupRig rig = await BackupRig.CreateAsync(await server.GetAsync(), documents: 5, _token);
        rig.OnWindow = "refuse";

        FlowInstance run = await BackupWithJobBegunAsync(rig, TimeProvider.System, () => { });

        Assert.Equal(ErrorKind.Busy, run.Failure!.Kind);
        Assert.Contains("index-backup job is running", run.Failure.Message, StringComparison.Ordinal);
        Assert.Empty(await rig.ReadSetsAsync(_token));
    }

    /// <summary>The job begins during the first dump, and does not end with it.</summary>
    private async Task<FlowInstance> BackupWithJobBegunAsync(BackupRig rig, TimeProvider time, Action begun)
    {
        DumpGate gate = await DumpGate.CreateAsync(
            rig.UseStandInDump(
                "if ! [ -e \"$here/held\" ]; then touch \"$here/held\"; echo > \"$here/started\"; cat \"$here/go-on\" > /dev/null; fi"
            ),
            _token
        );
        Task<FlowInstance> backup = rig.BackupAsync(_token, time: time);
        await gate.WaitAsync(_token);
        await rig.Sample.BeginIndexBackupJobAsync(_token);
        begun();
        await gate.OpenAsync(_token);
        return await backup;
    }

    private async Task<FlowInstance> BackupAsync(BackupRig rig, int jobs)
    {
        string tools = rig.UseStandInDump(
            $"if [ $(ls \"$here\" | grep -c held) -lt {jobs} ]; then touch \"$here/held\"$$; echo > \"$here/started\"; cat \"$here/go-on\" > /dev/null; fi"
        );
        DumpGate pipes = await DumpGate.CreateAsync(tools, _token);
        Task<FlowInstance> backup = rig.BackupAsync(_token);
        for (int job = 0; job < jobs; job++)
        {
            await pipes.WaitAsync(_token);
            await rig.Sample.RunIndexBackupJobAsync(_token);
            await pipes.OpenAsync(_token);
        }

        return await backup;
    }

    private static long Calls(BackupRig rig, FlowInstance run, string activity)
    {
        using FlowClient client = FlowClient.TryOpen(rig.State)!;
        ImmutableArray<ActivityCount> counts = [.. client.CountActivities(run.Id)];
        return counts.Single(count => count.Activity == activity).Calls;
    }
}
