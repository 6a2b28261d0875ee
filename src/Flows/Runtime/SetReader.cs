using System.Collections.Immutable;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;

namespace AlfrescoBackupFlows.Flows.Runtime;

/// <summary>A set that is being read: its manifest, and its chunks.</summary>
internal sealed record SetReader(BackupRepository Repository, SetManifest Manifest, IChunkSource Chunks)
{
    /// <summary>Of the repository, one line each.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];

    public required LogState State { get; init; }

    public required ChunkIndex Index { get; init; }

    /// <exception cref="PermanentException">Kind Configuration: there is no such set.</exception>
    public static async Task<SetReader> OpenAsync(
        FlowEnvironment environment,
        RunId set,
        CancellationToken cancellationToken
    )
    {
        BackupRepository repository = await OpenRepositoryAsync(environment, cancellationToken);
        LogHead head = await repository.Log.ReadAsync(cancellationToken);
        SetManifest manifest = await ReadManifestAsync(repository, head, set, cancellationToken);
        ChunkIndex index = await repository.LoadIndexAsync(head.State, cancellationToken);
        return new SetReader(repository, manifest, repository.CreateFollowingReader(index))
        {
            State = head.State,
            Index = index,
            Warnings = [.. index.Lost.Select(lost => lost.Warning)],
        };
    }

    /// <inheritdoc cref="OpenAsync"/>
    public static async Task<SetManifest> ReadManifestAsync(
        FlowEnvironment environment,
        RunId set,
        CancellationToken cancellationToken
    )
    {
        BackupRepository repository = await environment.Repository.OpenAsync(cancellationToken);
        return await ReadManifestAsync(
            repository,
            await repository.Log.ReadAsync(cancellationToken),
            set,
            cancellationToken
        );
    }

    private static Task<SetManifest> ReadManifestAsync(
        BackupRepository repository,
        LogHead head,
        RunId set,
        CancellationToken cancellationToken
    )
    {
        SetSummary summary =
            head.State.FindSet(set)
            ?? throw new PermanentException(
                ErrorKind.Configuration,
                $"--set {set}: there is no such set; 'abf sets' lists what there is."
            );
        return repository.Log.ReadManifestAsync(summary, cancellationToken);
    }

    /// <summary>Writes the dump, all of it, and tells progress.</summary>
    /// <exception cref="PermanentException">Kind Repository: a part of it is lost.</exception>
    public async Task CopyDumpAsync(
        DatabaseStamp database,
        Stream target,
        IProgressSink? progress,
        string phase,
        CancellationToken cancellationToken
    )
    {
        await using Stream dump = Chunks.OpenRead(database.Dump, ChunkClass.Dump);
        byte[] buffer = new byte[256 * 1024];
        int read;
        while ((read = await dump.ReadAsync(buffer, cancellationToken)) > 0)
        {
            await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            progress?.Advance(phase, 0, read);
        }
    }

    /// <summary>The chunks of all sets.</summary>
    public static async Task<IChunkSource> OpenChunksAsync(
        FlowEnvironment environment,
        CancellationToken cancellationToken
    )
    {
        BackupRepository repository = await OpenRepositoryAsync(environment, cancellationToken);
        LogHead head = await repository.Log.ReadAsync(cancellationToken);
        return repository.CreateFollowingReader(await repository.LoadIndexAsync(head.State, cancellationToken));
    }

    /// <summary>Compares files with what sets have of them.</summary>
    public static async Task<ContentComparison> OpenComparisonAsync(
        FlowEnvironment environment,
        IChunkSource chunks,
        CancellationToken cancellationToken
    ) => (await OpenRepositoryAsync(environment, cancellationToken)).CreateComparison(chunks);

    private static async Task<BackupRepository> OpenRepositoryAsync(
        FlowEnvironment environment,
        CancellationToken cancellationToken
    )
    {
        BackupRepository repository = await environment.Repository.OpenAsync(cancellationToken);
        repository.RequireContentKeys("A set cannot be restored");
        return repository;
    }
}
