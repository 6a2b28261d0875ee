using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Backup;

/// <summary>No row of the database names the keystore's files, and without each of them encrypted content is
/// lost.</summary>
[Trait("needs", "server")]
public sealed class KeystoreTests(OnDemand<PostgresServer> server)
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_of_it_is_captured_or_the_run_fails_and_says_why()
    {
        using BackupRig rig = await BackupRig.CreateAsync(await server.GetAsync(), documents: 5, _token);
        string keystore = Path.Combine(rig.Sample.Root, "keystore");
        string key = Path.Combine(keystore, "keystore");
        byte[] bytes = await File.ReadAllBytesAsync(key, _token);
        File.Move(key, rig.Combine("key"));
        File.CreateSymbolicLink(key, rig.Combine("key"));

        await AssertSealedAsync(rig);
        await using (BackupRepository repository = await rig.OpenRepositoryAsync(_token))
        {
            SetManifest set = (await rig.ReadSetsAsync(_token))[^1];
            RootStamp root = set.Roots.Single(root => root.Name == "keystore");
            Assert.Equal(bytes, (await SetContents.ReadRootAsync(repository, root, _token))["keystore"]);
        }

        File.Move(rig.Combine("key"), rig.Combine("elsewhere"));
        await AssertRefusedAsync(rig, "keystore/keystore is a symbolic link");

        Directory.Move(keystore, rig.Combine("moved"));
        await AssertRefusedAsync(rig, "The content root 'keystore'", keystore, "Is its volume mounted?");

        FlowInstance accepted = await rig.BackupAsync(_token, acceptContentLoss: true);
        Assert.True(accepted.Status == RuntimeStatus.Completed, accepted.Failure?.Message);
        SetManifest without = (await rig.ReadSetsAsync(_token))[^1];
        Assert.Contains(
            without.Warnings,
            warning => warning.Contains("The content root 'keystore'", StringComparison.Ordinal)
        );
    }

    private async Task AssertSealedAsync(BackupRig rig)
    {
        FlowInstance run = await rig.BackupAsync(_token);
        Assert.True(run.Status == RuntimeStatus.Completed, run.Failure?.Message);
    }

    private async Task AssertRefusedAsync(BackupRig rig, params string[] says)
    {
        FlowInstance run = await rig.BackupAsync(_token);
        Assert.Equal(ErrorKind.Source, run.Failure?.Kind);
        Assert.All(
            [.. says, "--accept-content-loss"],
            text => Assert.Contains(text, run.Failure!.Message, StringComparison.Ordinal)
        );
    }
}
