using AlfrescoBackupFlows.Repository.Blobs;

namespace AlfrescoBackupFlows.Repository.Packs;

/// <summary>
/// The memory of content, dump and index packs: two of the longest or more of shorter ones, a third of what the process
/// may take, whatever the number of writers. A writer waits for a buffer while it holds none that it fills, and a full
/// one is given back when its upload ends, so waiting always ends.
/// </summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage(
    "Design",
    "CA1001",
    Justification = "Lives as long as the process; semaphores whose wait handle nobody asks for hold nothing."
)]
/// <param name="allocate">A buffer of <see cref="PackBuilder.ContentCapacity"/>.</param>
internal sealed class PackBudget(Func<NativeBuffer> allocate)
{
    /// <summary>What is counted.</summary>
    private const int Unit = 1 << 20;

    private const int Units = 2 * PackBuilder.ContentCapacity / Unit;

    private readonly SemaphoreSlim _free = new(Units);

    /// <summary>One waits at a time, so that two that have a part each cannot wait for each other.</summary>
    private readonly SemaphoreSlim _turn = new(1);
    private readonly SpareBuffers _buffers = new(allocate);

    /// <summary>The one budget of this process.</summary>
    public static PackBudget Shared { get; } = new(static () => new NativeBuffer(PackBuilder.ContentCapacity));

    /// <param name="length">
    /// Bytes of the buffer that will be used, at most <see cref="PackBuilder.ContentCapacity"/>.
    /// </param>
    public async ValueTask<NativeBuffer> RentAsync(int length, CancellationToken cancellationToken)
    {
        int taken = 0;
        try
        {
            await _turn.WaitAsync(cancellationToken);
            try
            {
                for (; taken < UnitsOf(length); taken++)
                {
                    await _free.WaitAsync(cancellationToken);
                }
            }
            finally
            {
                _turn.Release();
            }

            return _buffers.Take();
        }
        catch
        {
            // Cancelled, or there was no memory for it: the next one may try.
            if (taken > 0)
            {
                _free.Release(taken);
            }

            throw;
        }
    }

    /// <param name="length">As it was rented.</param>
    public void Return(NativeBuffer buffer, int length)
    {
        _buffers.Give(buffer);
        _free.Release(UnitsOf(length));
    }

    private static int UnitsOf(int length) => (length + Unit - 1) / Unit;
}
