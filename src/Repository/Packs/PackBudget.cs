using AlfrescoBackupFlows.Repository.Blobs;

namespace AlfrescoBackupFlows.Repository.Packs;

/// <summary>
/// The memory of content, dump and index packs: two buffers, a third of what the process may take, whatever the number
/// of writers. A writer waits for one while it holds none that it fills, and a full one is given back when its upload
/// ends, so waiting always ends. What is given back is kept for the next pack until the last writer is done: pages that
/// are there already cost nothing to fill.
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
    private readonly Lock _gate = new();
    private readonly Stack<NativeBuffer> _kept = [];
    private int _writers;

    /// <summary>The one budget of this process.</summary>
    public static PackBudget Shared { get; } = new();

    /// <summary>Called once by each writer that may rent, before it does.</summary>
    public void Enter()
    {
        lock (_gate)
        {
            _writers++;
        }
    }

    /// <summary>Called once by each of them, when it has given everything back.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            _writers--;
            while (_writers == 0 && _kept.TryPop(out NativeBuffer? buffer))
            {
                buffer.Free();
            }
        }
    }

    public async ValueTask<NativeBuffer> RentAsync(CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken);
        lock (_gate)
        {
            return _kept.TryPop(out NativeBuffer? kept) ? kept : new NativeBuffer(PackBuilder.ContentCapacity);
        }
    }

    public void Return(NativeBuffer buffer)
    {
        lock (_gate)
        {
            if (_writers > 0)
            {
                _kept.Push(buffer);
            }
            else
            {
                buffer.Free();
            }
        }

        _free.Release();
    }
}
