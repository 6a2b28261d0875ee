using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.RequiredFiles;

namespace AlfrescoBackupFlows.Flows.Capture;

/// <summary>What a proof finds goes straight into the repository, each with what the live system has of it.</summary>
internal sealed class FindingsRecord(IChunkWriter writer, LiveLook live) : IAsyncDisposable
{
    private FindingsList _list = new(writer);

    /// <summary>The proof begins again: what was recorded so far is nobody's.</summary>
    public async Task RestartAsync()
    {
        await _list.DisposeAsync();
        _list = new FindingsList(writer);
    }

    public ValueTask AddAsync(FileFinding finding, CancellationToken cancellationToken) =>
        _list.AddAsync(finding with { Live = live.Look(finding) }, cancellationToken);

    /// <returns>Null where nothing was found.</returns>
    public Task<ContentRef?> CompleteAsync(CancellationToken cancellationToken) =>
        _list.CompleteAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _list.DisposeAsync();
        live.Dispose();
    }
}
