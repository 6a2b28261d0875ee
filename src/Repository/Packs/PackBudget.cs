using AlfrescoBackupFlows.Repository.Blobs;

namespace AlfrescoBackupFlows.Repository.Packs;

/// <summary>
/// The memory of content, dump and index packs: two buffers, a third of what the process may take, whatever the number
/// of writers. A writer waits for one while it holds none that it fills, and a full one is given back when its upload
/// ends, so waiting always ends.
/// </summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage(
    "Design",
    "CA1001",
    Justification = "Lives as long as the process; a semaphore whose wait handle nobody asks for holds nothing."
)]
internal sealed class PackBudget
{
    public const int Buffers = 2;

    private readonly SemaphoreSlim _free = new(Buffers);

    /// <summary>The one budget of this process.</summary>
    public static PackBudget Shared { get; } = new();

    public async ValueTask<NativeBuffer> RentAsync(CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken);
        return new NativeBuffer(PackBuilder.ContentCapacity);
    }

    public void Return(NativeBuffer buffer)
    {
        buffer.Free();
        _free.Release();
    }
}
