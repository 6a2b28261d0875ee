using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Backup;

/// <summary>Against a stand-in that follows the documented protocol of Solr.</summary>
[Trait("needs", "server")]
public sealed class SolrBackupTests(OnDemand<PostgresServer> server) : IAsyncLifetime
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;
    private BackupRig? _rig;
    private SolrStandIn? _solr;

    private BackupRig Rig => _rig!;

    private SolrStandIn Solr => _solr!;

    public async ValueTask InitializeAsync()
    {
        _rig = await BackupRig.CreateAsync(await server.GetAsync(), documents: 10, _token);
        _solr = new SolrStandIn(_rig.Combine("solr"), "alfresco", "archive");
        _rig.Configure = Configure;
    }

    public ValueTask DisposeAsync()
    {
        _solr?.Dispose();
        _rig?.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Backups_of_all_cores_come_before_the_dump_are_in_the_set_and_are_deleted(bool writesObjects)
    {
        Solr.WritesObjects = writesObjects;
        Solr.PutBefore("alfresco", "nightly");
        Solr.PutBefore("archive", null, "No space left on device, two years ago");
        Directory.CreateDirectory(Path.Combine(Solr.Directories["alfresco"], "snapshot.nightly"));

        FlowInstance run = await BackupAsync();

        Assert.True(run.Status == RuntimeStatus.Completed, run.Failure?.Message);
        SetManifest set = Assert.Single(await Rig.ReadSetsAsync(_token));
        string name = set.Index.Generation!;
        Assert.Matches($"^abf-[0-9a-f]{{8}}-{set.Id}-1$", name);
        Assert.Equal(("solr", name, "solr-indexes"), (set.Index.Kind, set.Index.Generation, set.Index.Root));
        Assert.Equal(["index", "database", "files"], set.Phases.Select(phase => phase.Name));
        Assert.True(set.Phases[0].Ended <= set.Phases[1].Started);
        Assert.True(set.Consistency.Consistent);
        await using BackupRepository repository = await Rig.OpenRepositoryAsync(_token);
        foreach (string core in (string[])["alfresco", "archive"])
        {
            RootStamp root = set.Roots.Single(root => root.Name == $"solr-indexes/{core}");
            Assert.Equal(ChunkClass.Index, root.Class);
            Assert.Equal(
                Solr.Files.OrderBy(file => file.Key, StringComparer.Ordinal),
                await SetContents.ReadRootAsync(repository, root, _token)
            );
            Assert.Single(Solr.Commands, command => command == $"{core} backup {name}");
            Assert.Single(Solr.Commands, command => command == $"{core} deletebackup {name}");
        }

        Assert.Equal(
            ["snapshot.nightly"],
            Directory.GetDirectories(Solr.Directories["alfresco"]).Select(Path.GetFileName)
        );
        Assert.Empty(Directory.GetDirectories(Solr.Directories["archive"]));
    }

    [Fact]
    public async Task What_fails_in_Solr_costs_the_index_and_nothing_else()
    {
        Solr.PutBefore("alfresco", null, "an old failure");
        Solr.Failure = "No space left on device";
        await AssertNoIndexAsync("core alfresco failed", "No space left on device");

        // The same words as in the night before.
        await AssertNoIndexAsync("core alfresco failed", "No space left on device");

        (Solr.Failure, Solr.Refusal) = (null, "There is no commit point");
        await AssertNoIndexAsync("refused", "There is no commit point");

        (Solr.Refusal, Solr.Secret) = (null, "other");
        await AssertNoIndexAsync("403", "secretFile");

        (Solr.Secret, Solr.Errors) = (null, 1000);
        await AssertNoIndexAsync("500", "Solr's log");

        Solr.Errors = 0;
        FlowInstance run = await BackupAsync();
        Assert.True(run.Status == RuntimeStatus.Completed, run.Failure?.Message);
        Assert.Equal("solr", (await Rig.ReadSetsAsync(_token))[^1].Index.Kind);
    }

    [Fact]
    public async Task A_backup_that_never_ends_has_a_limit()
    {
        Solr.LooksBeforeTheEnd = int.MaxValue;
        Rig.Configure = options =>
        {
            Configure(options);
            options.Installation.Index.MaxWait = TimeSpan.FromMinutes(5);
        };

        await AssertNoIndexAsync("alfresco, archive", "installation.index.maxWait", "5 min");
    }

    [Fact]
    public async Task Another_directory_than_the_one_that_Solr_writes_to_is_named()
    {
        string elsewhere = Directory.CreateDirectory(Rig.Combine("elsewhere")).FullName;
        Rig.Configure = options =>
        {
            Configure(options);
            options.Installation.Index.Solr.Cores["archive"] = elsewhere;
        };

        await AssertNoIndexAsync(elsewhere, "installation.index.solr.cores.archive", "solr.backup.dir");
    }

    [Fact]
    public async Task A_part_of_a_backup_is_no_index_though_Solr_has_forgotten_how_many_files_it_had()
    {
        int ended = 0;
        Solr.LooksBeforeTheEnd = 0;
        Solr.Ended = () =>
        {
            if (++ended == 2)
            {
                string snapshot = Directory.GetDirectories(Solr.Directories["alfresco"]).Single();
                File.Delete(Path.Combine(snapshot, "_0.si"));
                Solr.Forget("alfresco");
            }
        };

        await AssertNoIndexAsync("has 2 files, and Solr says 3");
    }

    [Fact]
    public async Task Backups_of_others_stay_until_no_run_can_go_on_with_them()
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        (string Name, bool Stays)[] before =
        [
            ($"abf-00000000-{RunId.Create(now.AddDays(-1), Guid.NewGuid())}-1", true),
            ($"abf-00000000-{RunId.Create(now.AddDays(-30), Guid.NewGuid())}-1", false),
            ($"abf-{RunId.Create(now.AddDays(-1), Guid.NewGuid())}-1", true),
            ($"abf-{RunId.Create(now.AddDays(-30), Guid.NewGuid())}-2", false),
            ("abf-of-somebody-else", true),
        ];
        foreach ((string name, _) in before)
        {
            Directory.CreateDirectory(Path.Combine(Solr.Directories["archive"], $"snapshot.{name}"));
        }

        Assert.Equal(RuntimeStatus.Completed, (await BackupAsync()).Status);
        string own = (await Rig.ReadSetsAsync(_token))[0].Index.Generation!;
        string killed = own.Replace(own.Split('-')[^2], "0badcafe", StringComparison.Ordinal);
        Directory.CreateDirectory(Path.Combine(Solr.Directories["archive"], $"snapshot.{killed}"));
        Assert.Equal(RuntimeStatus.Completed, (await BackupAsync()).Status);

        Assert.Equal(
            before
                .Where(backup => backup.Stays)
                .Select(backup => $"snapshot.{backup.Name}")
                .Order(StringComparer.Ordinal),
            Directory.GetDirectories(Solr.Directories["archive"]).Select(Path.GetFileName).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task Errors_that_pass_are_tried_again_and_the_secret_is_sent()
    {
        Solr.Secret = "s3cret of Solr";
        string file = Rig.Combine("solr-secret");
        await File.WriteAllTextAsync(file, "s3cret of Solr\n", _token);
        Rig.Configure = options =>
        {
            Configure(options);
            options.Installation.Index.Solr.SecretFile = file;
        };
        Solr.Ended = () => Solr.Errors = 1;

        FlowInstance run = await BackupAsync();

        Assert.True(run.Status == RuntimeStatus.Completed, run.Failure?.Message);
    }

    [Fact]
    public async Task A_set_without_an_index_says_how_it_is_built_again()
    {
        await File.AppendAllTextAsync(Rig.Sample.PropertiesFile, "\nindex.subsystem.name=solr6\n", _token);
        Rig.Configure = static options => options.Installation.Index.Kind = "none";

        Assert.Equal(RuntimeStatus.Completed, (await BackupAsync()).Status);

        SetManifest set = Assert.Single(await Rig.ReadSetsAsync(_token));
        Assert.Equal("none", set.Index.Kind);
        Assert.Contains($"{set.Database!.Rows["alf_node"]} nodes", set.Index.Reindex[0], StringComparison.Ordinal);
        Assert.Contains("index, tlog and contentstore", set.Index.Reindex[1], StringComparison.Ordinal);
    }

    private void Configure(BackupOptions options)
    {
        options.Installation.Index.Kind = "solr";
        options.Installation.Index.Solr.Url = Solr.Url;
        foreach ((string core, string directory) in Solr.Directories)
        {
            options.Installation.Index.Solr.Cores[core] = directory;
        }
    }

    private Task<FlowInstance> BackupAsync() => Rig.BackupAsync(_token, time: new HurriedClock());

    /// <summary>The rest of the set is there, and a person is told.</summary>
    private async Task AssertNoIndexAsync(params string[] says)
    {
        FlowInstance run = await BackupAsync();
        Assert.True(run.Status == RuntimeStatus.Completed, run.Failure?.Message);
        SetManifest set = (await Rig.ReadSetsAsync(_token))[^1];
        Assert.Equal(("none", true), (set.Index.Kind, set.Consistency.Consistent));
        Assert.NotEmpty(set.Index.Reindex);
        Assert.Equal(["database", "files"], set.Phases.Select(phase => phase.Name));
        HotBackupResult result = BackupTasks.Converter.Read<HotBackupResult>(run.Result!);
        Assert.True(result.HasFindings);
        Assert.All(says, part => Assert.Contains(part, result.FurtherFindings(), StringComparison.Ordinal));
        Assert.All(says, part => Assert.Contains(part, Assert.Single(set.Index.Warnings), StringComparison.Ordinal));
    }
}
