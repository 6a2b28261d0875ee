using System.Collections.Immutable;
using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Backup;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.Tests.Verification;
using AlfrescoBackupFlows.Repository.Verification;
using AlfrescoBackupFlows.Storage.Decorators;
using AlfrescoBackupFlows.Storage.Directories;
using AlfrescoBackupFlows.Testing.Servers;
using AlfrescoBackupFlows.Testing.Stores;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Backup;

/// <summary>A repository that lost packs: the next full scan stores again what the source still has, and both sets
/// restore.</summary>
[Trait("needs", "server")]
public sealed class LostPackTests(OnDemand<PostgresServer> server)
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("content")]
    [InlineData("metadata")]
    [InlineData("every but the dump's")]
    public async Task What_lost_packs_held_is_stored_again_by_a_full_scan(string which)
    {
        using BackupRig rig = await BackupRig.CreateAsync(await server.GetAsync(), documents: 60, _token);
        Assert.Equal(RuntimeStatus.Completed, (await rig.BackupAsync(_token)).Status);
        int lost = await LoseAsync(rig, which);
        VerifyReport before = await VerifyAsync(rig);
        Assert.False(before.IsSound);

        rig.FullScanEvery = TimeSpan.Zero;
        FlowInstance run = await rig.BackupAsync(_token);

        Assert.True(run.Status == RuntimeStatus.Completed, run.Failure?.Message);
        ImmutableArray<SetManifest> sets = await rig.ReadSetsAsync(_token);
        Assert.Equal(2, sets.Length);
        Assert.True(sets[1].Consistency.Consistent);
        Assert.Contains(sets[1].Warnings, warning => warning.Contains($"lost {lost} packs", StringComparison.Ordinal));
        VerifyReport after = await VerifyAsync(rig);
        Assert.True(after.IsSound, string.Join('\n', after.Findings.Select(finding => finding.Line)));
        Assert.Equal(2, after.Totals.Sets);
        Assert.Single(after.Findings, finding => finding.Line.Contains("stored again", StringComparison.Ordinal));
        await using BackupRepository repository = await rig.OpenRepositoryAsync(_token);
        foreach (RootStamp root in sets.SelectMany(set => set.Roots))
        {
            SortedDictionary<string, byte[]> files = await SetContents.ReadRootAsync(repository, root, _token);
            Assert.Equal(SetContents.ReadSource(root, files.Keys), files);
        }

        Assert.All(
            await Task.WhenAll(sets.Select(set => SetContents.ReadDumpAsync(repository, set, _token))),
            dump => Assert.Contains("COPY public.alf_content_url", dump, StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_required_file_that_source_and_repository_lost_is_missing()
    {
        using BackupRig rig = await BackupRig.CreateAsync(await server.GetAsync(), documents: 200, _token);
        Assert.Equal(RuntimeStatus.Completed, (await rig.BackupAsync(_token)).Status);
        await LoseAsync(rig, "content");
        string victim = Directory.EnumerateFiles(rig.Sample.Contentstore, "*.bin", SearchOption.AllDirectories).First();
        File.Delete(victim);

        rig.FullScanEvery = TimeSpan.Zero;
        FlowInstance run = await rig.BackupAsync(_token);

        Assert.True(run.Status == RuntimeStatus.Completed, run.Failure?.Message);
        SetManifest set = (await rig.ReadSetsAsync(_token))[1];
        Assert.False(set.Consistency.Consistent);
        NamedFile missing = Assert.Single(set.Consistency.Named);
        Assert.Equal(
            ("missing", Path.GetRelativePath(rig.Sample.Contentstore, victim)),
            (missing.Reason, missing.Path)
        );

        // The old set lacks that file and nothing else; the new one restores.
        VerifyReport report = await VerifyAsync(rig);
        Assert.All(
            report.Findings.Where(finding => finding.Severity == FindingSeverity.Error),
            finding => Assert.NotEqual(set.Id, finding.Set)
        );
        Assert.Single(report.Findings, finding => finding.Line.StartsWith("File ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_ordinary_night_does_not_list_the_packs()
    {
        using BackupRig rig = await BackupRig.CreateAsync(await server.GetAsync(), documents: 30, _token);
        Assert.Equal(RuntimeStatus.Completed, (await rig.BackupAsync(_token)).Status);
        Assert.Equal(0, await CountListingsAsync(rig));
        rig.FullScanEvery = TimeSpan.Zero;
        Assert.Equal(1, await CountListingsAsync(rig));
    }

    private async Task<int> CountListingsAsync(BackupRig rig)
    {
        int listings = 0;
        var blobs = new VisitedBlobStore(
            DirectoryBlobStore.Open(rig.Blobs, TimeProvider.System),
            new RequestNumbers(),
            (call, served, _) =>
            {
                listings +=
                    served && call.Verb == BlobVerb.List && call.Name.StartsWith("packs/", StringComparison.Ordinal)
                        ? 1
                        : 0;
                return Task.CompletedTask;
            }
        );
        await using FlowEnvironment environment = rig.CreateEnvironment(
            stores: new RepositoryStores(blobs, DirectoryBlobStore.Open(rig.Combine("control"), TimeProvider.System))
        );
        await using EmbeddedEngine engine = EmbeddedEngine.Open(rig.State, TaskCatalog.Of(environment));
        string run = BackupRig.NewRun();
        engine.Start(nameof(HotBackupFlow), new HotBackupInput(RunId.Parse(run), false, []), run);
        Assert.Equal(RuntimeStatus.Completed, (await engine.RunToEndAsync(run, _token)).Status);
        return listings;
    }

    private async Task<int> LoseAsync(BackupRig rig, string which)
    {
        await using BackupRepository repository = await rig.OpenRepositoryAsync(_token);
        ChunkIndex index = await repository.LoadIndexAsync((await repository.Log.ReadAsync(_token)).State, _token);

        // No two dumps are alike: what is lost of one is lost for good.
        PackEntry[] lost =
        [
            .. index.Packs.Where(pack =>
                which switch
                {
                    "content" => pack.Class == ChunkClass.Content,
                    "metadata" => pack.Class == ChunkClass.Metadata,
                    _ => pack.Class != ChunkClass.Dump,
                }
            ),
        ];
        foreach (PackEntry pack in lost)
        {
            File.Delete(Path.Combine(rig.Blobs, pack.Id.BlobName));
        }

        return lost.Length;
    }

    private async Task<VerifyReport> VerifyAsync(BackupRig rig)
    {
        await using BackupRepository repository = await rig.OpenRepositoryAsync(_token);
        LogHead head = await repository.Log.ReadAsync(_token);
        return await new SetVerifier(repository).VerifyAsync(
            head,
            head.State.Sets,
            readData: true,
            cancellationToken: _token
        );
    }
}
