using System.Text.Json.Serialization.Metadata;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Capture;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.State;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.RequiredFiles;
using AlfrescoBackupFlows.Repository.Runs;

namespace AlfrescoBackupFlows.Flows.Runtime;

/// <summary>What an activity works with while the lease is held. Owns nothing.</summary>
internal sealed class RunScope(RunSession session, BackupRepository repository, RunData run)
{
    public RunSession Session { get; } = session;

    public BackupRepository Repository { get; } = repository;

    public RunId Run => run.Opened.Run;

    public BackupOptions Options => Session.Options;

    public TimeProvider Time => Session.Time;

    /// <summary>Chunks of the sets and of this run.</summary>
    public IChunkSource Chunks => run.Chunks;

    /// <summary>Of the sets that were there at the run's base.</summary>
    public ChunkIndex Index => run.Index;

    public RunChunkIndex RunChunkIndex => run.RunChunkIndex;

    /// <summary>The content roots as this process sees them.</summary>
    public SourceRoots Roots => run.Roots;

    /// <summary>The list's reader, the same for the whole run: every step of a capture wants another range of it.</summary>
    public RequiredListReader OpenRequired(ContentRef list) => run.RequiredLists.GetOrAdd(list, _ => new RequiredListReader(Chunks, list));

    /// <summary>A local directory for sorting what does not fit into memory.</summary>
    public string SpillDirectory() => StateDirectory.MakeBeneath(Options.State!, "cache", "spill");

    public async Task<RunWriter> OpenWriterAsync(string page, CancellationToken cancellationToken) =>
        Repository.OpenRunWriter(Run, page, run.Index, run.RunChunkIndex, await LostPacksAsync(cancellationToken));

    /// <summary>Looks for packs that were lost from the storage. What is found holds for the whole run, on every host.</summary>
    public async Task<LostPacks> FindLostPacksAsync(CancellationToken cancellationToken)
    {
        LostPackList? list = await TryReadPageAsync(Pages.LostPacks, FlowJson.Default.LostPackList, cancellationToken);
        if (list is null && await Repository.FindLostPacksAsync(run.Index, cancellationToken) is { Count: > 0 } lost)
        {
            await using RunWriter writer = Repository.OpenRunWriter(Run, Pages.LostPacks, run.Index, run.RunChunkIndex, lost);
            list = await writer.CommitPageAsync(LostPackList.Of(lost), FlowJson.Default.LostPackList, cancellationToken);
        }

        return list?.ToPacks() ?? LostPacks.None;
    }

    /// <summary>What the preflight found.</summary>
    public ValueTask<LostPacks> LostPacksAsync(CancellationToken cancellationToken) =>
        run.LostPacksAsync(async () => (await TryReadPageAsync(Pages.LostPacks, FlowJson.Default.LostPackList, cancellationToken))?.ToPacks() ?? LostPacks.None);

    public async Task<Inheritance> InheritanceAsync(CancellationToken cancellationToken) => new(Chunks, run.Index, await LostPacksAsync(cancellationToken));

    public Task<T?> TryReadPageAsync<T>(string page, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class =>
        Repository.Pages.TryReadAsync(Run, page, type, cancellationToken);

    /// <summary>A page that the journal counts.</summary>
    public async Task<T> ReadPageAsync<T>(string page, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class =>
        await TryReadPageAsync(page, type, cancellationToken)
        ?? throw new PermanentException(ErrorKind.Repository, $"The result page '{page}' of run {Run} is gone: start a new backup.");

    /// <summary>The manifest of the set that is inherited from; null where there is none.</summary>
    public async Task<SetManifest?> ReadParentAsync(string? parent, CancellationToken cancellationToken)
    {
        if (parent is null)
        {
            return null;
        }

        LogHead head = await Repository.Log.ReadAsync(cancellationToken);
        return head.State.FindSet(RunId.Parse(parent)) is { } set ? await Repository.Log.ReadManifestAsync(set, cancellationToken) : null;
    }
}
