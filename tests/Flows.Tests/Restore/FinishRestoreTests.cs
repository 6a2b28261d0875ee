using AlfrescoBackupFlows.Flows.Restore.Activities;
using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Flows.Restore.Targets;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Restore;

/// <summary>A restore whose last step is killed does that step again, wherever the kill was.</summary>
[Trait("needs", "server")]
public sealed class FinishRestoreTests(OnDemand<PostgresServer> server)
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    /// <param name="left">What the killed step had not come to.</param>
    [Theory]
    [InlineData("marker")]
    [InlineData("directory")]
    [InlineData("nothing")]
    public async Task That_of_a_database_alone_leaves_nothing_however_often_it_runs(string left)
    {
        using BackupRig rig = await BackupRig.CreateAsync(await server.GetAsync(), documents: 1, _token);
        await using FlowEnvironment environment = rig.CreateEnvironment();
        RestoreDatabaseTarget database = new("postgresql://restore@localhost:5432/alfresco", null, null);
        RunId set = RunId.Parse("20261122T010000Z-00000001");
        string target = rig.Combine("mark");
        if (left != "nothing")
        {
            Directory.CreateDirectory(target);
        }

        if (left == "marker")
        {
            new TargetMarker(target).Write(
                new TargetMark(set, "repository", DatabaseProgress.Restored, database.Url, MadeTarget: true)
            );
        }

        RestoreInput input = new(set, target, database, Owner: null, Parallelism: 1) { DatabaseOnly = true };
        await new FinishRestore(environment).RunAsync(input, new Silence(), _token);
        await new FinishRestore(environment).RunAsync(input, new Silence(), _token);

        Assert.False(Directory.Exists(target));
    }
}
