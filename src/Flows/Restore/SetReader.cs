using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Repository;

namespace AlfrescoBackupFlows.Flows.Restore;

/// <summary>A set that is being read: its manifest, and its chunks.</summary>
internal sealed record SetReader(BackupRepository Repository, SetManifest Manifest, IChunkSource Chunks)
{
    /// <exception cref="PermanentException">Kind Configuration: there is no such set.</exception>
    public static async Task<SetReader> OpenAsync(FlowEnvironment environment, string set, CancellationToken cancellationToken)
    {
        BackupRepository repository = await environment.Runs.OpenRepositoryAsync(cancellationToken);
        LogHead head = await repository.Log.ReadAsync(cancellationToken);
        SetSummary summary = (RunId.TryParse(set, out RunId id) ? head.State.FindSet(id) : null) ?? throw new PermanentException(
            ErrorKind.Configuration, $"--set {set}: there is no such set; 'abf sets' lists what there is.");
        SetManifest manifest = await repository.Log.ReadManifestAsync(summary, cancellationToken);
        ChunkIndex index = await repository.LoadIndexAsync(head.State, cancellationToken);
        return new SetReader(repository, manifest, repository.CreateReader(index, run: null));
    }

    public RootStamp Root(string name) => Manifest.Roots.First(root => root.Name == name);

    /// <summary>The chunks of all sets.</summary>
    public static async Task<IChunkSource> OpenChunksAsync(FlowEnvironment environment, CancellationToken cancellationToken)
    {
        BackupRepository repository = await environment.Runs.OpenRepositoryAsync(cancellationToken);
        LogHead head = await repository.Log.ReadAsync(cancellationToken);
        return repository.CreateReader(await repository.LoadIndexAsync(head.State, cancellationToken), run: null);
    }
}
