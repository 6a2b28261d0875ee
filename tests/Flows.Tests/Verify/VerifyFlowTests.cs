using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Backup;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tests.Retention;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Flows.Verify;
using AlfrescoBackupFlows.Flows.Verify.Activities;
using AlfrescoBackupFlows.Flows.Verify.Records;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.SetChecks;
using AlfrescoBackupFlows.Repository.Verification;
using AlfrescoBackupFlows.Storage;
using AlfrescoBackupFlows.Storage.Directories;
using AlfrescoBackupFlows.Testing.Servers;
using AlfrescoBackupFlows.Testing.Stores;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Verify;

[Trait("needs", "server")]
public sealed class VerifyFlowTests(OnDemand<PostgresServer> server)
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_verification_that_was_stopped_among_the_packs_goes_on_there_without_installation_or_lease_and_writes_its_record_alone()
    {
        using BackupRig rig = await BackupRig.CreateAsync(await server.GetAsync(), documents: 60, _token);
        await BackUpAsync(rig);
        string before = List(rig);
        var control = new MemoryBlobStore();
        var input = new VerifyInput(Set: null, ReadData: true);
        string id = InstanceIds.ForVerify(input, Guid.NewGuid());
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(_token);
        await using (FlowEnvironment environment = ReadOnly(rig, control))
        {
            var options = new EngineOptions { Progress = new StopAt(VerifyParts.Data, stop) };
            await using EmbeddedEngine engine = EmbeddedEngine.Open(
                rig.Combine("verify"),
                TaskCatalog.Of(environment),
                options
            );
            engine.Start(nameof(VerifyFlow), input, id);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => engine.RunToEndAsync(id, stop.Token));
        }

        await using FlowEnvironment again = ReadOnly(rig, control);
        TaskCatalog catalog = TaskCatalog.Of(again);
        await using EmbeddedEngine second = EmbeddedEngine.Open(rig.Combine("verify"), catalog);
        FlowInstance ended = await second.RunToEndAsync(id, _token);

        Assert.True(ended.Status == RuntimeStatus.Completed, ended.Failure?.Message);
        VerifyReport report = BackupTasks.Converter.Read<VerifyResult>(ended.Result!).Report;
        Assert.True(report.IsSound, string.Join('\n', report.Findings));
        Assert.Equal(1, report.Totals.Sets);
        Assert.True(
            report.Totals.Packs > 0 && report.Totals.Packs == report.Totals.PacksRead,
            report.Totals.ToString()
        );
        IReadOnlyList<ActivityCount> counts = second.Client.CountActivities(id);
        Assert.Equal(1, counts.Single(count => count.Activity == nameof(PlanVerify)).Starts);
        Assert.Equal(
            (2, 3),
            (
                counts.Single(count => count.Activity == nameof(VerifyStep)).Calls,
                counts.Single(count => count.Activity == nameof(VerifyStep)).Starts
            )
        );
        Assert.Equal(before, List(rig));
        await using BackupRepository repository = await rig.OpenRepositoryAsync(_token);
        SetCheck record = Assert.Single((await repository.SetChecks.ReadAsync(_token)).Checks);
        Assert.Equal(
            ((await rig.ReadSetsAsync(_token))[0].Id, SetCheckKinds.Verify, "data", true, 0),
            (record.Set, record.Kind, record.Depth, record.Passed, record.Errors)
        );
        Assert.All(
            await control.ListAsync(string.Empty, _token).ToListAsync(_token),
            item => Assert.StartsWith("reading/all/", item.Name, StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_verification_that_goes_on_finds_what_was_lost_meanwhile_and_says_what_was_lost_before_once()
    {
        using BackupRig rig = await BackupRig.CreateAsync(await server.GetAsync(), documents: 20, _token);
        await BackUpAsync(rig);
        string[] packs =
        [
            .. Directory
                .GetFiles(Path.Combine(rig.Blobs, "packs"), "*", SearchOption.AllDirectories)
                .Where(p => !Path.GetFileName(p).StartsWith('f')),
        ];
        Assert.True(packs.Length > 1);
        File.Delete(packs[0]);
        var input = new VerifyInput(Set: null, ReadData: true);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(_token);
        await using (FlowEnvironment environment = ReadOnly(rig, new MemoryBlobStore()))
        {
            var options = new EngineOptions { Progress = new StopAt(VerifyParts.Data, stop) };
            await using EmbeddedEngine engine = EmbeddedEngine.Open(
                rig.Combine("verify"),
                TaskCatalog.Of(environment),
                options
            );
            engine.Start(nameof(VerifyFlow), input, "interrupted");
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
                engine.RunToEndAsync("interrupted", stop.Token)
            );
        }

        File.Delete(packs[1]);
        VerifyReport goneOn = await ReportAsync("interrupted");
        VerifyReport anew = await ReportAsync("anew");

        Assert.Contains(
            goneOn.Findings,
            finding => finding.Line.Contains(Path.GetFileName(packs[1]), StringComparison.Ordinal)
        );
        Assert.Equal(Lines(anew), Lines(goneOn));
        Assert.Equal((anew.Errors, anew.Totals), (goneOn.Errors, goneOn.Totals));

        static IEnumerable<string> Lines(VerifyReport report) =>
            report.Findings.Select(finding => $"{finding.Set}: {finding.Line}").Order(StringComparer.Ordinal);

        async Task<VerifyReport> ReportAsync(string id)
        {
            await using FlowEnvironment environment = ReadOnly(rig, new MemoryBlobStore());
            TaskCatalog catalog = TaskCatalog.Of(environment);
            await using EmbeddedEngine engine = EmbeddedEngine.Open(rig.Combine("verify"), catalog);
            if (engine.Client.TryGet(id) is null)
            {
                engine.Start(nameof(VerifyFlow), input, id);
            }

            FlowInstance ended = await engine.RunToEndAsync(id, _token);
            Assert.True(ended.Status == RuntimeStatus.Completed, ended.Failure?.Message);
            return BackupTasks.Converter.Read<VerifyResult>(ended.Result!).Report;
        }
    }

    [Fact]
    public async Task What_is_found_is_bounded_in_the_journal_and_counted_in_full()
    {
        using BackupRig rig = await BackupRig.CreateAsync(await server.GetAsync(), documents: 300, _token);
        await BackUpAsync(rig);
        foreach (
            string pack in Directory
                .GetFiles(Path.Combine(rig.Blobs, "packs"), "*", SearchOption.AllDirectories)
                .Where(p => !Path.GetFileName(p).StartsWith('f'))
        )
        {
            File.Delete(pack);
        }

        await using FlowEnvironment environment = ReadOnly(rig, new MemoryBlobStore());
        TaskCatalog catalog = TaskCatalog.Of(environment);
        await using EmbeddedEngine engine = EmbeddedEngine.Open(rig.Combine("verify"), catalog);
        engine.Start(nameof(VerifyFlow), new VerifyInput(Set: null, ReadData: true), "v");
        FlowInstance ended = await engine.RunToEndAsync("v", _token);

        Assert.True(ended.Status == RuntimeStatus.Completed, ended.Failure?.Message);
        VerifyReport report = BackupTasks.Converter.Read<VerifyResult>(ended.Result!).Report;
        Assert.True(report.Errors > 100, $"{report.Errors} errors");
        Assert.InRange(report.Findings.Length, 1, 100);
        Assert.True(ended.Result!.Length < 48 * 1024, $"{ended.Result.Length} characters");
    }

    [Fact]
    public async Task The_newest_backup_is_compared_with_the_live_store_and_not_a_set_that_was_imported_after_it()
    {
        using BackupRig rig = await BackupRig.CreateAsync(await server.GetAsync(), documents: 20, _token);
        await BackUpAsync(rig);
        RunId backup = (await rig.ReadSetsAsync(_token))[^1].Id;
        var imported = RunId.Parse("20261122T010000Z-00000001");
        await using (BackupRepository writer = await rig.OpenRepositoryAsync(_token))
        {
            RunOpened run = await writer.Log.OpenRunAsync(imported, rig.Installation, _token);
            await writer.Log.CommitAsync(
                run.Run,
                run.Base,
                Manifests.Empty(run.Run, run.Base, rig.Installation, isConsistent: true) with
                {
                    Origin = new OriginStamp("elsewhere", imported, "other", DateTimeOffset.UnixEpoch, "abf test"),
                },
                _token
            );
        }

        await using FlowEnvironment environment = rig.CreateEnvironment();
        await using EmbeddedEngine engine = EmbeddedEngine.Open(rig.Combine("verify"), TaskCatalog.Of(environment));
        engine.Start(nameof(VerifyFlow), new VerifyInput(Set: null, ReadData: false) { Live = true }, "live");
        FlowInstance ended = await engine.RunToEndAsync("live", _token);

        Assert.True(ended.Status == RuntimeStatus.Completed, ended.Failure?.Message);
        Assert.True(BackupTasks.Converter.Read<VerifyResult>(ended.Result!).Report.Totals.Compared >= 20);
        await using BackupRepository repository = await rig.OpenRepositoryAsync(_token);
        SetCheckTable checks = await repository.SetChecks.ReadAsync(_token);
        Assert.Equal(
            ("live", "structure"),
            (
                checks.FindLast(backup, SetCheckKinds.Verify)?.Depth,
                checks.FindLast(imported, SetCheckKinds.Verify)?.Depth
            )
        );
    }

    private static FlowEnvironment ReadOnly(BackupRig rig, IBlobStore control)
    {
        var options = new BackupOptions { State = rig.Combine("verifier") };
        options.Repository.Encryption = "none";
        return new FlowEnvironment(
            new LoadedOptions(options, null, null, []),
            new RepositoryStores(DirectoryBlobStore.Open(rig.Blobs, TimeProvider.System), control),
            TimeProvider.System,
            NullLoggerFactory.Instance
        );
    }

    private async Task BackUpAsync(BackupRig rig)
    {
        await using FlowEnvironment environment = rig.CreateEnvironment();
        await using EmbeddedEngine engine = EmbeddedEngine.Open(rig.State, TaskCatalog.Of(environment));
        string run = BackupRig.NewRun();
        engine.Start(nameof(HotBackupFlow), new HotBackupInput(RunId.Parse(run), AcceptContentLoss: false, []), run);
        FlowInstance ended = await engine.RunToEndAsync(run, _token);
        Assert.True(ended.Status == RuntimeStatus.Completed, ended.Failure?.Message);
    }

    /// <summary>Every blob with its length and last change.</summary>
    private static string List(BackupRig rig) =>
        string.Join(
            '\n',
            new DirectoryInfo(rig.Blobs)
                .EnumerateFiles("*", SearchOption.AllDirectories)
                .Where(f => f.Directory!.Name != "checks")
                .OrderBy(f => f.FullName, StringComparer.Ordinal)
                .Select(f => $"{f.FullName} {f.Length} {f.LastWriteTimeUtc.Ticks}")
        );
}
