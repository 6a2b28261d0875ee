using System.Collections.Concurrent;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.RequiredFiles;
using AlfrescoBackupFlows.Repository.Runs;

namespace AlfrescoBackupFlows.Flows.Runtime;

/// <summary>
/// The indexes of a run at work: of the sets that were there at its base, and of what it stored itself. A set that another installation sealed since
/// then may expire, and its packs go, while the run is at work: nothing keeps them for it (<c>docs/repository-format.md</c>, Garbage).
/// </summary>
internal sealed class RunData : IDisposable
{
    private LostPacks? _lost;

    private RunData(RunOpened opened, ChunkIndex index, RunChunkIndex runIndex, IChunkSource chunks)
    {
        (Opened, Index, RunChunkIndex, Chunks) = (opened, index, runIndex, chunks);
    }

    public RunOpened Opened { get; }

    public ChunkIndex Index { get; }

    public RunChunkIndex RunChunkIndex { get; }

    public IChunkSource Chunks { get; }

    public ConcurrentDictionary<ContentRef, RequiredListReader> RequiredLists { get; } = new();

    public SourceRoots Roots { get; } = new();

    public static async Task<RunData> LoadAsync(BackupRepository repository, RunOpened opened, LogHead head, CancellationToken cancellationToken)
    {
        ChunkIndex index = await repository.LoadIndexAsync(head.State.WithIndexesUpTo(opened.Base), cancellationToken);
        RunChunkIndex runIndex = await repository.LoadRunIndexAsync(opened.Run, cancellationToken);
        return new RunData(opened, index, runIndex, repository.CreateReader(index, runIndex));
    }

    /// <summary>Read once in each process, by the first activity after the preflight.</summary>
    public async ValueTask<LostPacks> LostPacksAsync(Func<Task<LostPacks>> read) => _lost ??= await read();

    public void Dispose() => RunChunkIndex.Dispose();
}
