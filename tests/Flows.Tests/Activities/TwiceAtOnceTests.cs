using AlfrescoBackupFlows.Flows.Backup.Activities;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Testing.Servers;
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
        var twins = new Twins(one, other, _token);
        string id = BackupRig.NewRun();

        OpenedRun opened = await twins.RunAsync(e => new OpenRun(e), new OpenRunInput(id, []));
        var run = new RunRef(id, opened.Parent);
        SourceCheck check = await twins.RunAsync(e => new CheckSources(e), new CheckSourcesInput(run.Run, run.Parent));
        await twins.RunAsync(e => new CaptureSearchIndex(e), new CaptureSearchIndexInput(run, 1));
        DatabaseCapture database = await twins.RunAsync(e => new DumpDatabase(e), new DumpDatabaseInput(run, 1));
        var pages = new List<RootPages>();
        for (int number = 0; number < check.Roots.Length; number++)
        {
            string root = check.Roots[number];
            FilePlan plan = await twins.RunAsync(e => new PlanFiles(e), new PlanFilesInput(run, 1, root, number, check.FullScan));
            for (int range = 0; range < plan.Ranges.Length; range++)
            {
                var input = new CaptureRangeInput(
                    run, 1, root, number, range, 0, plan.Ranges[range], plan.Inherit, database.RequiredOf(root), plan.UsesTrustedDirectories, plan.GrantsTrust);
                Assert.Null((await twins.RunAsync(e => new CaptureRange(e), input)).Next);
            }

            pages.Add(new RootPages(1, number, [.. plan.Ranges.Select(_ => 1)]));
            await twins.RunAsync(
                e => new MergeListing(e), new MergeListingInput(run, 1, root, number, [.. plan.Ranges.Select(_ => 1)], plan.Inherit, false));
        }

        await twins.RunAsync(
            e => new CheckConsistency(e),
            new CheckConsistencyInput(run, 1, check.Roots.Length));
        await twins.RunAsync(e => new MergeChunkIndex(e), new MergeChunkIndexInput(run, 1, HasIndex: true, [.. pages]));
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        PhaseTimes[] phases = [new(PhaseNames.Index, now, now), new(PhaseNames.Database, now, now), new(PhaseNames.Files, now, now)];
        HotBackupResult result = await twins.RunAsync(
            e => new SealSet(e),
            new SealSetInput(run, 1, HasIndex: true, check.Roots.Length, opened.Base, now, now, [.. phases], check.FullScan, []));
        await twins.RunAsync(e => new CloseRun(e), new CloseRunInput(run, null));

        Assert.True(result.Consistent);
        Assert.Equal(id, Assert.Single(await rig.ReadSetsAsync(_token)).Id.ToString());
    }

    private sealed class Twins(FlowEnvironment one, FlowEnvironment other, CancellationToken token)
    {
        public async Task<TOutput> RunAsync<TInput, TOutput>(Func<FlowEnvironment, FlowActivity<TInput, TOutput>> activity, TInput input)
            where TOutput : notnull
        {
            TOutput[] results = await Task.WhenAll(
                activity(one).RunAsync(input, new Silence(), token),
                activity(other).RunAsync(input, new Silence(), token));
            Assert.Equal(FlowConverter.Default.Write(results[0]), FlowConverter.Default.Write(results[1]));
            return results[0];
        }
    }
}
