using AlfrescoBackupFlows.Flows.Backup.Activities;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tests.Retention;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Testing;
using AlfrescoBackupFlows.Testing.Stores;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Backup;

/// <summary>A run inherits from a backup, whatever an older program has left out of the log's state.</summary>
public sealed class ImportedParentTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_imported_set_of_which_an_older_program_lost_that_is_no_parent()
    {
        using var directory = new TempDirectory();
        var blobs = new MemoryBlobStore();
        await BackupRepository.InitAsync(blobs, new RepositoryInit("none", null, "first", TimeProvider.System), Token);
        RunId[] sets = [.. Enumerable.Range(1, 2).Select(number => RunId.Parse($"20261122T201500Z-{number:x8}"))];
        await using (FlowEnvironment writer = NewEnvironment(directory, blobs, "first"))
        {
            BackupRepository repository = await writer.Repository.OpenAsync(Token);
            await CommitAsync(repository, sets[0], origin: null);
            await CommitAsync(
                repository,
                sets[1],
                new OriginStamp(repository.Id, sets[0], "acme", DateTimeOffset.UnixEpoch, "abf")
            );
            await AppendAsOlderAsync(repository);
        }

        await using FlowEnvironment environment = NewEnvironment(directory, blobs, "second");
        BackupRepository opened = await environment.Repository.OpenAsync(Token);
        Assert.All((await opened.Log.ReadAsync(Token)).State.Sets, set => Assert.False(set.Imported));

        OpenedRun run = await new OpenRun(environment).RunAsync(
            new OpenRunInput(RunId.Parse("20261123T201500Z-00000001"), []),
            new Silence(),
            Token
        );

        Assert.Equal(sets[0], run.Parent);
    }

    private static async Task CommitAsync(BackupRepository repository, RunId id, OriginStamp? origin)
    {
        RunOpened run = await repository.Log.OpenRunAsync(id, "acme", Token);
        SetManifest manifest = Manifests.Empty(id, run.Base, "acme", isConsistent: true) with { Origin = origin };
        await repository.Log.CommitAsync(id, run.Base, manifest, Token);
    }

    /// <summary>Up to the next entry that carries the state, which says nothing of imports.</summary>
    private static async Task AppendAsOlderAsync(BackupRepository repository)
    {
        LogHead head = await repository.Log.ReadAsync(Token);
        for (int number = 1; !LogEntry.CarriesState(head.Next); number++)
        {
            await repository.Log.OpenRunAsync(RunId.Parse($"20261122T231500Z-{number:x8}"), "other", Token);
            head = await repository.Log.ReadAsync(Token);
        }

        var reader = new LogReader(repository.Blobs);
        var known = new KnownHead(repository.Blobs.Store, reader, TimeProvider.System);
        var writer = new LogWriter(repository.Blobs, TimeProvider.System, reader, known);
        LogEntry entry = writer.Draft(head, LogEntryTypes.RunOpen) with
        {
            Run = RunId.Parse("20261122T231600Z-00000001"),
            Installation = "other",
            Base = head.Sequence,
        };
        LogState state = head.State.Apply(entry);
        state = state with { Sets = [.. state.Sets.Select(set => set with { Imported = false })] };
        entry = entry with { State = StateDocument.From(state) };
        Assert.NotNull(await writer.TryCreateAsync(head with { State = state }, entry, Token));
    }

    private static FlowEnvironment NewEnvironment(TempDirectory directory, MemoryBlobStore blobs, string host) =>
        PlainEnvironment.Of(directory.Combine(host), blobs, new MemoryBlobStore());
}
