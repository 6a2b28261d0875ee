using System.Text.Json.Serialization.Metadata;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Repository;

namespace AlfrescoBackupFlows.Flows;

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

    public RunIndex RunIndex => run.RunIndex;

    /// <summary>A local directory for sorting what does not fit into memory.</summary>
    public string SpillDirectory() => Directory.CreateDirectory(Path.Combine(Options.State!, "cache", "spill")).FullName;

    public RunWriter OpenWriter(string page) => Repository.OpenRunWriter(Run, page, run.Index, run.RunIndex);

    /// <summary>Nothing that this run will take over from earlier sets was lost from the storage.</summary>
    public Task RequirePacksAsync(CancellationToken cancellationToken) => Repository.RequirePacksAsync(run.Index, cancellationToken);

    public Task<T?> TryReadPageAsync<T>(string page, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class =>
        Repository.Pages.TryReadAsync(Run, page, type, cancellationToken);

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
