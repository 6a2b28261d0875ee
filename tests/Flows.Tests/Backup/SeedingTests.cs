using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Backup;

/// <summary>A set whose files phase took seven hours, and the one after it.</summary>
[Trait("needs", "server")]
public sealed class SeedingTests(OnDemand<PostgresServer> server)
{
    /// <summary>More than the listings of a pass take here.</summary>
    private const long Listings = 100_000;

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Content_is_uploaded_before_the_index_phase_and_the_scan_after_SQL_makes_the_listing()
    {
        using BackupRig rig = await BackupRig.CreateAsync(await server.GetAsync(), documents: 40, _token);
        var clock = new LateClock();
        FlowInstance slow = await rig.BackupAsync(
            _token,
            time: clock,
            progress: new PhaseHook(phase =>
            {
                if (phase == PhaseNames.Files)
                {
                    clock.Advance(TimeSpan.FromHours(7));
                }
            })
        );
        Assert.True(slow.Status == RuntimeStatus.Completed, slow.Failure?.Message);
        HashSet<string> before = [.. Files(rig)];
        await rig.Sample.AddDocumentsAsync(25, _token);
        string gone = Path.Combine(rig.Sample.Contentstore, "gone.bin");
        string late = Path.Combine(rig.Sample.Contentstore, "late.bin");
        await File.WriteAllTextAsync(gone, "there while seeding", _token);
        long added = Files(rig).Where(file => !before.Contains(file)).Sum(file => new FileInfo(file).Length);
        long stored = PackBytes(rig);
        long seeded = 0;

        var hook = new PhaseHook(phase =>
        {
            if (phase == PhaseNames.Index)
            {
                File.Delete(gone);
                File.WriteAllText(late, "came after it");
                seeded = PackBytes(rig) - stored;
            }
        });
        FlowInstance run = await rig.BackupAsync(_token, time: clock, progress: hook);

        Assert.True(run.Status == RuntimeStatus.Completed, run.Failure?.Message);
        Assert.Contains("seeding", hook.Phases);
        SetManifest set = (await rig.ReadSetsAsync(_token))[^1];
        Assert.True(set.Consistency.Consistent);
        await using BackupRepository repository = await rig.OpenRepositoryAsync(_token);
        Assert.InRange(seeded, added / 2, added + Listings);
        Assert.InRange(PackBytes(rig) - stored - seeded, 1, Listings);
        RootStamp root = set.Roots.Single(root => root.Name == "contentstore");
        Assert.Equal(
            SetContents.ReadDirectory(rig.Sample.Contentstore),
            await SetContents.ReadRootAsync(repository, root, _token)
        );
    }

    private static IEnumerable<string> Files(BackupRig rig) =>
        Directory.EnumerateFiles(rig.Sample.Contentstore, "*", SearchOption.AllDirectories);

    private static long PackBytes(BackupRig rig) =>
        Directory
            .EnumerateFiles(Path.Combine(rig.Blobs, "packs"), "*", SearchOption.AllDirectories)
            .Sum(file => new FileInfo(file).Length);
}
