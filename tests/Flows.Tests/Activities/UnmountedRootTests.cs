using AlfrescoBackupFlows.Flows.Backup.Activities;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Activities;

/// <summary>A content root whose volume is unmounted during a run: what stands at its path then is the empty
/// directory beneath.</summary>
[Trait("needs", "server")]
public sealed class UnmountedRootTests(OnDemand<PostgresServer> server)
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Its_files_do_not_look_deleted_and_the_run_goes_on_when_it_is_back(bool sameProcess)
    {
        using BackupRig rig = await BackupRig.CreateAsync(await server.GetAsync(), documents: 30, _token);
        await using FlowEnvironment first = rig.CreateEnvironment();
        await using FlowEnvironment later = rig.CreateEnvironment();
        var run = new RunRef(RunId.Parse(BackupRig.NewRun()), null);
        await RunAsync(new OpenRun(first), new OpenRunInput(run.Id, []));
        FilePlan plan = await RunAsync(
            new PlanFiles(first),
            new PlanFilesInput(run, 1, "contentstore", 0, FullScan: false)
        );
        string year = Path.GetFileName(Directory.EnumerateDirectories(rig.Sample.Contentstore).First());
        var range = new PathRange(System.Text.Encoding.UTF8.GetBytes(year), null);
        var input = new CaptureRangeInput
        {
            Run = run,
            Pass = 1,
            Root = "contentstore",
            RootNumber = 0,
            Range = 0,
            Paths = range,
            Inherit = plan.Inherit,
            UsesTrustedDirectories = plan.UsesTrustedDirectories,
            GrantsTrust = plan.GrantsTrust,
        };

        string volume = rig.Sample.Contentstore + ".volume";
        Directory.Move(rig.Sample.Contentstore, volume);
        Directory.CreateDirectory(rig.Sample.Contentstore);
        TransientException fault = await Assert.ThrowsAsync<TransientException>(() =>
            RunAsync(new CaptureRange(sameProcess ? first : later), input)
        );
        Directory.Delete(rig.Sample.Contentstore);
        Directory.Move(volume, rig.Sample.Contentstore);
        CapturedStep step = await RunAsync(new CaptureRange(first), input);

        Assert.Equal(ErrorKind.Source, fault.Kind);
        Assert.Contains("Mount it again", fault.Message, StringComparison.Ordinal);
        Assert.Equal(30, step.Totals.Files);
    }

    private Task<TOutput> RunAsync<TInput, TOutput>(FlowActivity<TInput, TOutput> activity, TInput input) =>
        activity.RunAsync(input, new Silence(), _token);
}
