using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Backup;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Flows.Verify;
using AlfrescoBackupFlows.Flows.Verify.Records;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository;
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

/// <summary>A process that keeps the repository open, as <c>abf serve</c> does, while the store loses what that process
/// has in memory.</summary>
[Trait("needs", "server")]
public sealed class KeptInMemoryTests(OnDemand<PostgresServer> server)
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("index", false)]
    [InlineData("index", true)]
    [InlineData("log", false)]
    [InlineData("log", true)]
    [InlineData("config", false)]
    [InlineData("config", true)]
    public async Task A_verification_finds_what_the_store_lost_since_the_repository_was_opened(
        string folder,
        bool zeroed
    )
    {
        await using Kept kept = await Kept.OpenAsync(await server.GetAsync(), _token);
        Assert.True((await kept.VerifyAsync()).IsSound);
        string name = Harm(kept.Rig, folder, zeroed);
        VerifyReport report = await kept.VerifyAsync();
        Assert.False(report.IsSound);
        string says =
            folder == "log" ? "is broken"
            : folder == "config" && !zeroed ? "no config"
            : name;
        Assert.Contains(
            report.Findings,
            finding =>
                finding.Severity == FindingSeverity.Error && finding.Line.Contains(says, StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_backup_adds_nothing_to_a_log_that_lost_its_newest_entry(bool zeroed)
    {
        await using Kept kept = await Kept.OpenAsync(await server.GetAsync(), _token);
        Harm(kept.Rig, "log", zeroed);
        FlowInstance run = await kept.BackupAsync();
        Assert.Equal((RuntimeStatus.Failed, ErrorKind.Repository), (run.Status, run.Failure?.Kind));
        Assert.Contains("is broken", run.Failure!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_backup_brings_the_config_back_that_the_store_lost(bool zeroed)
    {
        await using Kept kept = await Kept.OpenAsync(await server.GetAsync(), _token);
        string name = Harm(kept.Rig, "config", zeroed);
        Assert.Equal(RuntimeStatus.Completed, (await kept.BackupAsync()).Status);
        Assert.Equal(
            zeroed ? ["config/1", "config/2"] : [name],
            Directory
                .GetFiles(Path.Combine(kept.Rig.Blobs, "config"))
                .Select(file => $"config/{Path.GetFileName(file)}")
                .Order()
        );

        // Anybody can open it, and both sets are sound.
        await using BackupRepository repository = await kept.Rig.OpenRepositoryAsync(_token);
        LogHead head = await repository.Log.ReadAsync(_token);
        Assert.Equal((2, zeroed ? 2 : 1), (head.State.Sets.Length, head.State.Config.Number));
        Assert.True(
            (
                await new SetVerifier(repository).VerifyAsync(
                    head,
                    head.State.Sets,
                    readData: true,
                    cancellationToken: _token
                )
            ).IsSound
        );
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task A_backup_heals_an_index_blob_that_is_lost_before_it_or_while_it_is_at_work(
        bool zeroed,
        bool meanwhile
    )
    {
        Action? loses = null;
        await using Kept kept = await Kept.OpenAsync(
            await server.GetAsync(),
            _token,
            name =>
            {
                if (name.StartsWith("packs/", StringComparison.Ordinal))
                {
                    Interlocked.Exchange(ref loses, null)?.Invoke();
                }
            }
        );
        string? lost = null;
        loses = () => lost = Harm(kept.Rig, "index", zeroed);
        if (!meanwhile)
        {
            loses();
            loses = null;
        }

        await kept.Rig.Sample.AddDocumentsAsync(1, _token);
        FlowInstance run = await kept.BackupAsync();
        Assert.True(run.Status == RuntimeStatus.Completed, run.Failure?.Message);
        Assert.NotNull(lost);
        Assert.Contains(
            (await kept.Rig.ReadSetsAsync(_token))[1].Warnings,
            warning => warning.Contains(lost, StringComparison.Ordinal)
        );
        VerifyReport report = await kept.VerifyAsync();
        Assert.Empty(report.Findings);
        Assert.Equal(2, report.Totals.Sets);
    }

    [Fact]
    public async Task Packs_that_were_lost_with_their_index_blob_are_stored_again_by_the_next_full_scan()
    {
        using BackupRig rig = await BackupRig.CreateAsync(await server.GetAsync(), documents: 60, _token);
        Assert.Equal(RuntimeStatus.Completed, (await rig.BackupAsync(_token)).Status);
        Harm(rig, "index", zeroed: false);
        foreach (
            string pack in Directory
                .GetFiles(Path.Combine(rig.Blobs, "packs"), "*", SearchOption.AllDirectories)
                .Where(path => !Path.GetFileName(path).StartsWith('f'))
        )
        {
            File.Delete(pack);
        }

        // A host without a cache: nothing names the packs any more.
        Directory.Delete(Path.Combine(rig.State, "cache"), recursive: true);
        rig.FullScanEvery = TimeSpan.Zero;
        await rig.Sample.AddDocumentsAsync(1, _token);
        FlowInstance run = await rig.BackupAsync(_token);
        Assert.True(run.Status == RuntimeStatus.Completed, run.Failure?.Message);
        SetManifest set = (await rig.ReadSetsAsync(_token))[1];
        Assert.True(set.Consistency.Consistent);
        Assert.Contains(set.Warnings, warning => warning.Contains("packs are lost as well", StringComparison.Ordinal));
        await using BackupRepository repository = await rig.OpenRepositoryAsync(_token);
        foreach (RootStamp root in set.Roots)
        {
            SortedDictionary<string, byte[]> files = await SetContents.ReadRootAsync(repository, root, _token);
            Assert.Equal(SetContents.ReadSource(root, files.Keys), files);
        }

        // The first set's dump is lost for good, and named as such.
        LogHead head = await repository.Log.ReadAsync(_token);
        VerifyReport report = await new SetVerifier(repository).VerifyAsync(
            head,
            head.State.Sets,
            readData: true,
            cancellationToken: _token
        );
        Assert.Contains("dump", Assert.Single(report.Findings).Line, StringComparison.Ordinal);
    }

    /// <summary>The newest blob of a folder.</summary>
    private static string Harm(BackupRig rig, string folder, bool zeroed)
    {
        string[] files = Directory.GetFiles(Path.Combine(rig.Blobs, folder));
        string path =
            folder == "log" ? files.Min(StringComparer.Ordinal)! : files.MaxBy(file => new FileInfo(file).Length)!;
        long length = new FileInfo(path).Length;
        File.Delete(path);
        if (zeroed)
        {
            File.WriteAllBytes(path, new byte[length]);
        }

        return $"{folder}/{Path.GetFileName(path)}";
    }

    /// <summary>An environment and an engine that live on, and one set.</summary>
    private sealed class Kept(BackupRig rig, FlowEnvironment environment, EmbeddedEngine engine) : IAsyncDisposable
    {
        private int _verifications;

        public BackupRig Rig => rig;

        public static async Task<Kept> OpenAsync(
            PostgresServer server,
            CancellationToken cancellationToken,
            Action<string>? beforeCall = null
        )
        {
            BackupRig rig = await BackupRig.CreateAsync(server, documents: 20, cancellationToken);
            var blobs = new VisitedBlobStore(
                DirectoryBlobStore.Open(rig.Blobs, TimeProvider.System),
                new RequestNumbers(),
                (call, served, _) =>
                {
                    if (!served)
                    {
                        beforeCall?.Invoke(call.Name);
                    }

                    return Task.CompletedTask;
                }
            );
            FlowEnvironment environment = rig.CreateEnvironment(
                stores: new RepositoryStores(
                    blobs,
                    DirectoryBlobStore.Open(rig.Combine("control"), TimeProvider.System)
                )
            );
            var kept = new Kept(rig, environment, EmbeddedEngine.Open(rig.State, TaskCatalog.Of(environment)));
            Assert.Equal(RuntimeStatus.Completed, (await kept.BackupAsync()).Status);
            return kept;
        }

        public async Task<FlowInstance> BackupAsync()
        {
            string run = BackupRig.NewRun();
            engine.Start(
                nameof(HotBackupFlow),
                new HotBackupInput(RunId.Parse(run), AcceptContentLoss: false, []),
                run
            );
            return await engine.RunToEndAsync(run, TestContext.Current.CancellationToken);
        }

        public async Task<VerifyReport> VerifyAsync()
        {
            string id = $"verify-{_verifications++}";
            engine.Start(nameof(VerifyFlow), new VerifyInput(Set: null, ReadData: true), id);
            FlowInstance ended = await engine.RunToEndAsync(id, TestContext.Current.CancellationToken);
            Assert.True(ended.Status == RuntimeStatus.Completed, ended.Failure?.Message);
            return BackupTasks.Converter.Read<VerifyResult>(ended.Result!).Report;
        }

        public async ValueTask DisposeAsync()
        {
            await engine.DisposeAsync();
            await environment.DisposeAsync();
            rig.Dispose();
        }
    }
}
