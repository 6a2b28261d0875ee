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

    /// <summary>An engine runs an interrupted activity again while the first attempt may still be alive, in this
    /// process or in another.</summary>
    [Fact]
    public async Task Every_activity_run_twice_at_once_comes_to_one_result()
    {
        using BackupRig rig = await BackupRig.CreateAsync(await server.GetAsync(), documents: 80, _token);
        await using FlowEnvironment one = rig.CreateEnvironment();
        await using FlowEnvironment other = rig.CreateEnvironment("other");
        var twins = new Twins(one, other, _token);
        RunId id = RunId.Parse(BackupRig.NewRun());

        OpenedRun opened = await twins.RunAsync(e => new OpenRun(e), new OpenRunInput(id, []));
        var run = new RunRef(id, opened.Parent);
        SourceCheck check = await twins.RunAsync(
            e => new CheckSources(e),
            new CheckSourcesInput(run, AcceptContentLoss: false)
        );
        await twins.RunAsync(e => new CaptureSearchIndex(e), new CaptureSearchIndexInput(run, 1));
        DatabaseCapture database = await twins.RunAsync(e => new DumpDatabase(e), new DumpDatabaseInput(run, 1));
        var pages = new List<RootPages>();
        for (int number = 0; number < check.Roots.Length; number++)
        {
            string root = check.Roots[number];
            FilePlan plan = await twins.RunAsync(
                e => new PlanFiles(e),
                new PlanFilesInput(run, 1, root, number, check.FullScan)
            );
            for (int range = 0; range < plan.Ranges.Length; range++)
            {
                var input = new CaptureRangeInput
                {
                    Run = run,
                    Pass = 1,
                    Root = root,
                    RootNumber = number,
                    Range = range,
                    Paths = plan.Ranges[range],
                    Inherit = plan.Inherit,
                    Required = database.RequiredOf(root),
                    UsesTrustedDirectories = plan.UsesTrustedDirectories,
                    GrantsTrust = plan.GrantsTrust,
                };
                Assert.Null((await twins.RunAsync(e => new CaptureRange(e), input)).Next);
            }

            pages.Add(new RootPages(1, number, [.. plan.Ranges.Select(_ => 1)]));
            var merging = new MergeListingInput
            {
                Run = run,
                Pass = 1,
                Root = root,
                RootNumber = number,
                Steps = [.. plan.Ranges.Select(_ => 1)],
                Inherit = plan.Inherit,
                AcceptContentLoss = false,
            };
            await twins.RunAsync(e => new MergeListing(e), merging);
        }

        await twins.RunAsync(e => new CheckConsistency(e), new CheckConsistencyInput(run, 1, check.Roots.Length));
        await twins.RunAsync(e => new MergeChunkIndex(e), new MergeChunkIndexInput(run, 1, HasIndex: true, [.. pages]));
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        PhaseTimes[] phases =
        [
            new(PhaseNames.Index, now, now),
            new(PhaseNames.Database, now, now),
            new(PhaseNames.Files, now, now),
        ];
        var commit = new CommitSetInput
        {
            Run = run,
            Attempt = 1,
            HasIndex = true,
            Roots = check.Roots.Length,
            Base = opened.Base,
            Started = now,
            Sealed = now,
            Phases = [.. phases],
            FullScan = check.FullScan,
            Warnings = [],
        };
        HotBackupResult result = await twins.RunAsync(e => new CommitSet(e), commit);
        await twins.RunAsync(e => new CloseRun(e), new CloseRunInput(run, null));

        Assert.True(result.Consistent);
        Assert.Equal(id, Assert.Single(await rig.ReadSetsAsync(_token)).Id);
    }

    private sealed class Twins(FlowEnvironment one, FlowEnvironment other, CancellationToken token)
    {
        public async Task<TOutput> RunAsync<TInput, TOutput>(
            Func<FlowEnvironment, FlowActivity<TInput, TOutput>> activity,
            TInput input
        )
            where TOutput : notnull
        {
            TOutput[] results = await Task.WhenAll(
                activity(one).RunAsync(input, new Silence(), token),
                activity(other).RunAsync(input, new Silence(), token)
            );
            Assert.Equal(BackupTasks.Converter.Write(results[0]), BackupTasks.Converter.Write(results[1]));
            return results[0];
        }
    }
}
