using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Faults;

/// <summary>The server goes away in the middle of a dump. PostgreSQL and the dumps are real; a stand-in for pg_dump
/// cuts the first one off.</summary>
[Trait("needs", "server")]
public sealed class BrokenDumpTests(OnDemand<PostgresServer> server)
{
    private const string Break = "'pg_dump: error: server closed the connection unexpectedly' >&2; exit 1";

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_next_attempt_takes_dump_and_lists_from_a_snapshot_of_its_own()
    {
        using BackupRig rig = await BackupRig.CreateAsync(await server.GetAsync(), documents: 5, _token);
        string tools = rig.UseStandInDump(
            $"if ! [ -e \"$here/broke\" ]; then touch \"$here/broke\"; \"$real\" \"$@\" | head -c 5000; echo > \"$here/started\"; cat \"$here/go-on\" > /dev/null; echo {Break}; fi"
        );
        DumpGate gate = await DumpGate.CreateAsync(tools, _token);

        Task<FlowInstance> backup = rig.BackupAsync(_token, time: new HurriedClock());
        await gate.WaitAsync(_token);
        await rig.Sample.AddDocumentsAsync(7, _token);
        await gate.OpenAsync(_token);
        FlowInstance run = await backup;

        Assert.True(run.Status == RuntimeStatus.Completed, run.Failure?.Message);
        SetManifest set = Assert.Single(await rig.ReadSetsAsync(_token));
        Assert.True(set.Consistency.Consistent);
        Assert.Equal((12, 12), (set.Consistency.Required, set.Database!.Rows["alf_content_url"]));
        await using BackupRepository repository = await rig.OpenRepositoryAsync(_token);
        string dump = await SetContents.ReadDumpAsync(repository, set, _token);
        Assert.Equal(12, dump.Split('\n').Count(line => line.Contains("store://", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_server_that_stays_away_ends_the_run_without_a_set()
    {
        using BackupRig rig = await BackupRig.CreateAsync(await server.GetAsync(), documents: 5, _token);
        rig.UseStandInDump($"\"$real\" \"$@\" | head -c 5000; echo {Break}");

        FlowInstance run = await rig.BackupAsync(_token, time: new HurriedClock());

        Assert.Equal(ErrorKind.Source, run.Failure!.Kind);
        Assert.Contains("server closed the connection", run.Failure.Message, StringComparison.Ordinal);
        Assert.Empty(await rig.ReadSetsAsync(_token));
    }
}
