using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Backup;

[Trait("needs", "server")]
public sealed class HotBackupEndToEndTests(OnDemand<PostgresServer> server)
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_live_installation_becomes_a_consistent_set_that_holds_every_byte()
    {
        using BackupRig rig = await BackupRig.CreateAsync(await server.GetAsync(), documents: 300, _token);

        FlowInstance run = await rig.BackupAsync(_token);

        Assert.True(run.Status == RuntimeStatus.Completed, run.Failure?.Message);
        SetManifest set = Assert.Single(await rig.ReadSetsAsync(_token));
        Assert.True(set.Consistency.Consistent);
        Assert.Equal(0, set.Consistency.Missing);
        Assert.True(set.Consistency.Required >= 300);
        Assert.Equal(["index", "database", "files"], set.Phases.Select(phase => phase.Name));
        Assert.Equal(set.Phases.OrderBy(phase => phase.Started), set.Phases);
        Assert.All(set.Phases.Zip(set.Phases.Skip(1)), pair => Assert.True(pair.First.Ended <= pair.Second.Started));

        await using BackupRepository repository = await rig.OpenRepositoryAsync(_token);
        foreach (RootStamp root in set.Roots)
        {
            SortedDictionary<string, byte[]> files = await SetContents.ReadRootAsync(repository, root, _token);
            Assert.Equal(SetContents.ReadSource(root, files.Keys), files);
        }

        Assert.Contains("lucene-indexes", set.Roots.Select(root => root.Name));
        Assert.Contains(
            "COPY public.alf_content_url",
            await SetContents.ReadDumpAsync(repository, set, _token),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_second_set_stores_only_what_is_new()
    {
        using BackupRig rig = await BackupRig.CreateAsync(await server.GetAsync(), documents: 300, _token);
        Assert.Equal(RuntimeStatus.Completed, (await rig.BackupAsync(_token)).Status);
        await rig.Sample.AddDocumentsAsync(20, _token);
        await rig.Sample.DeleteDocumentsAsync(5, _token);

        FlowInstance run = await rig.BackupAsync(_token);

        Assert.True(run.Status == RuntimeStatus.Completed, run.Failure?.Message);
        System.Collections.Immutable.ImmutableArray<SetManifest> sets = await rig.ReadSetsAsync(_token);
        Assert.Equal(2, sets.Length);
        Assert.Equal(sets[0].Id, sets[1].Parent);
        Assert.True(sets[1].Consistency.Consistent);
        Assert.True(
            sets[1].Totals.AddedBytes < sets[0].Totals.AddedBytes / 3,
            $"{sets[1].Totals.AddedBytes} of {sets[0].Totals.AddedBytes}"
        );
        await using BackupRepository repository = await rig.OpenRepositoryAsync(_token);
        foreach (RootStamp root in sets[1].Roots)
        {
            SortedDictionary<string, byte[]> files = await SetContents.ReadRootAsync(repository, root, _token);
            Assert.Equal(SetContents.ReadSource(root, files.Keys), files);
        }
    }

    [Fact]
    public async Task A_required_file_that_is_gone_is_carried_over_and_said()
    {
        using BackupRig rig = await BackupRig.CreateAsync(await server.GetAsync(), documents: 60, _token);
        Assert.Equal(RuntimeStatus.Completed, (await rig.BackupAsync(_token)).Status);
        string victim = Directory.EnumerateFiles(rig.Sample.Contentstore, "*.bin", SearchOption.AllDirectories).First();
        byte[] content = await File.ReadAllBytesAsync(victim, _token);
        File.Delete(victim);

        FlowInstance run = await rig.BackupAsync(_token);

        Assert.True(run.Status == RuntimeStatus.Completed, run.Failure?.Message);
        SetManifest set = (await rig.ReadSetsAsync(_token))[1];
        Assert.Equal(1, set.Consistency.SourceMissing);
        Assert.Equal("source-missing", Assert.Single(set.Consistency.Named).Reason);
        await using BackupRepository repository = await rig.OpenRepositoryAsync(_token);
        RootStamp root = set.Roots.Single(root => root.Name == "contentstore");
        SortedDictionary<string, byte[]> files = await SetContents.ReadRootAsync(repository, root, _token);
        Assert.Equal(content, files[Path.GetRelativePath(rig.Sample.Contentstore, victim)]);
    }

    [Fact]
    public async Task Accepted_URLs_that_name_no_file_do_not_make_a_set_inconsistent_however_many_they_are()
    {
        using BackupRig rig = await BackupRig.CreateAsync(await server.GetAsync(), documents: 5, _token);
        string[] urls = [.. Enumerable.Range(0, 60).Select(i => $"store://../{i}.bin")];
        rig.AcknowledgedMissingFile = rig.Combine("accepted");
        await File.WriteAllLinesAsync(rig.AcknowledgedMissingFile, urls.Skip(1), _token);
        await rig.AddContentUrlsAsync(await server.GetAsync(), urls, _token);

        FlowInstance run = await rig.BackupAsync(_token);

        Assert.True(run.Status == RuntimeStatus.Completed, run.Failure?.Message);
        ConsistencyReport report = Assert.Single(await rig.ReadSetsAsync(_token)).Consistency;
        Assert.Equal((60, 59), (report.Missing, report.Acknowledged));
        Assert.Equal(new NamedFile(string.Empty, urls[0], null, "invalid-url"), Assert.Single(report.Named));
    }
}
