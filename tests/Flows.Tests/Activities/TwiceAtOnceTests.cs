using AlfrescoBackupFlows.Flows.Engine;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Testing;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Activities;

[Trait("needs", "server")]
public sealed class TwiceAtOnceTests(OnDemand<PostgresServer> server)
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    /// <summary>An engine runs an interrupted activity again while the first attempt may still be alive, in this process or in another.</summary>
    [Fact]
    public async Task Every_activity_run_twice_at_once_comes_to_one_result()
    {
        using BackupRig rig = await BackupRig.CreateAsync(await server.GetAsync(), documents: 80, _token);
        await using FlowEnvironment one = rig.CreateEnvironment();
        await using FlowEnvironment other = rig.CreateEnvironment("other");
        var twins = new Twins(BackupFlows.CreateCatalog(one), BackupFlows.CreateCatalog(other), _token);
        string id = BackupRig.NewRun();

        OpenedRun opened = await twins.RunAsync(BackupNames.OpenRun, new OpenRunInput(id, []));
        var run = new RunRef(id, opened.Parent);
        SourceCheck check = await twins.RunAsync(BackupNames.CheckSources, new CheckSourcesInput(run.Run, run.Parent));
        await twins.RunAsync(BackupNames.CaptureIndex, new CaptureIndexInput(run, 1));
        DatabaseCapture database = await twins.RunAsync(BackupNames.DumpDatabase, new DumpDatabaseInput(run, 1));
        var pages = new List<RootPages>();
        for (int number = 0; number < check.Roots.Length; number++)
        {
            string root = check.Roots[number];
            FilePlan plan = await twins.RunAsync(BackupNames.PlanFiles, new PlanFilesInput(run, 1, root, number, check.FullScan));
            for (int range = 0; range < plan.Ranges.Length; range++)
            {
                var input = new CaptureRangeInput(
                    run, 1, root, number, range, 0, plan.Ranges[range], plan.Inherit, database.RequiredOf(root), plan.UsesSealing, plan.GrantsSealing);
                Assert.Null((await twins.RunAsync(BackupNames.CaptureRange, input)).Next);
            }

            pages.Add(new RootPages(1, number, [.. plan.Ranges.Select(_ => 1)]));
            await twins.RunAsync(
                BackupNames.MergeListing, new MergeListingInput(run, 1, root, number, [.. plan.Ranges.Select(_ => 1)], plan.Inherit, false));
        }

        await twins.RunAsync(
            BackupNames.CheckConsistency,
            new CheckConsistencyInput(run, 1, check.Roots.Length));
        await twins.RunAsync(BackupNames.MergeIndex, new MergeIndexInput(run, 1, HasIndex: true, [.. pages]));
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        PhaseTimes[] phases = [new(PhaseNames.Index, now, now), new(PhaseNames.Database, now, now), new(PhaseNames.Files, now, now)];
        HotBackupResult result = await twins.RunAsync(
            BackupNames.SealSet,
            new SealSetInput(run, 1, HasIndex: true, check.Roots.Length, opened.Base, now, now, [.. phases], check.FullScan, []));
        await twins.RunAsync(BackupNames.CloseRun, new CloseRunInput(run, null));

        Assert.True(result.Consistent);
        Assert.Equal(id, Assert.Single(await rig.ReadSetsAsync(_token)).Id.ToString());
    }

    private sealed class Twins(FlowCatalog one, FlowCatalog other, CancellationToken token)
    {
        public async Task<TOutput> RunAsync<TInput, TOutput>(ActivityName<TInput, TOutput> name, TInput input)
        {
            string json = one.Write(input);
            var context = new ActivityContext("test", new Silence());
            string[] results = await Task.WhenAll(
                one.FindActivity(name.Name)!.Run(json, context, token),
                other.FindActivity(name.Name)!.Run(json, context, token));
            Assert.Equal(results[0], results[1]);
            return one.Read<TOutput>(results[0]);
        }
    }
}
