using AlfrescoBackupFlows.Repository.Blobs;

namespace AlfrescoBackupFlows.Repository.Packs;

/// <summary>
/// The memory of ranges of packs that are read: three at once in a process, however many read. One is fetched while each
/// of two cores opens another. Thread-safe.
/// </summary>
internal static class RangeBuffers
{
    private const int AtOnce = 3;

    private static readonly SemaphoreSlim Free = new(AtOnce);
    private static readonly SpareBuffers Buffers = new(static () => new NativeBuffer(PackBuilder.ContentCapacity));

    /// <summary>Waits for its turn; what stands in the buffer at first is anything.</summary>
    /// <param name="length">Of the range; the buffer may be longer.</param>
    public static async ValueTask<NativeBuffer> RentAsync(int length, CancellationToken cancellationToken)
    {
        await Free.WaitAsync(cancellationToken);
        try
        {
            // Packs that are longer than those of this program are rare, and have memory of their own.
            return length <= PackBuilder.ContentCapacity ? Buffers.Take() : new NativeBuffer(length);
        }
        catch
        {
            Free.Release();
            throw;
        }
    }

    public static void Return(NativeBuffer buffer)
    {
        if (buffer.Capacity == PackBuilder.ContentCapacity)
        {
            Buffers.Give(buffer);
        }
        else
        {
            buffer.Free();
        }

        Free.Release();
    }
}
