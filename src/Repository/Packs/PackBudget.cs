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
/// <param name="allocate">A buffer of <see cref="PackBuilder.ContentCapacity"/>.</param>
internal sealed class PackBudget(Func<NativeBuffer> allocate)
{
    public const int Buffers = 2;

    private readonly SemaphoreSlim _free = new(Buffers);
    private readonly Lock _gate = new();
    private readonly Stack<NativeBuffer> _spare = new();
    private int _rented;

    /// <summary>The one budget of this process.</summary>
    public static PackBudget Shared { get; } = new(static () => new NativeBuffer(PackBuilder.ContentCapacity));

    public async ValueTask<NativeBuffer> RentAsync(CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken);
        try
        {
            lock (_gate)
            {
                NativeBuffer buffer = _spare.TryPop(out NativeBuffer? spare) ? spare : allocate();
                _rented++;
                return buffer;
            }
        }
        catch
        {
            // There was no memory for it: the next one may try.
            _free.Release();
            throw;
        }
    }

    public void Return(NativeBuffer buffer)
    {
        lock (_gate)
        {
            _rented--;
            _spare.Push(buffer);

            // While packs are filled one after the other their memory is used again, which saves the system from
            // clearing each page of it anew; afterwards it is given back.
            while (_rented == 0 && _spare.TryPop(out NativeBuffer? spare))
            {
                spare.Free();
            }
        }

        _free.Release();
    }
}
