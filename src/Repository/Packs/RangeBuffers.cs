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
    private static readonly Lock Gate = new();
    private static readonly Stack<NativeBuffer> Spare = new();
    private static int _rented;

    /// <summary>Waits for its turn; what stands in the buffer at first is anything.</summary>
    /// <param name="length">Of the range; the buffer may be longer.</param>
    public static async ValueTask<NativeBuffer> RentAsync(int length, CancellationToken cancellationToken)
    {
        await Free.WaitAsync(cancellationToken);
        try
        {
            lock (Gate)
            {
                NativeBuffer buffer =
                    length <= PackBuilder.ContentCapacity && Spare.TryPop(out NativeBuffer? spare)
                        ? spare
                        : new NativeBuffer(Math.Max(length, PackBuilder.ContentCapacity));
                _rented++;
                return buffer;
            }
        }
        catch
        {
            Free.Release();
            throw;
        }
    }

    public static void Return(NativeBuffer buffer)
    {
        lock (Gate)
        {
            _rented--;
            if (buffer.Capacity == PackBuilder.ContentCapacity)
            {
                Spare.Push(buffer);
            }
            else
            {
                buffer.Free();
            }

            // While ranges are read one after the other their memory is used again, which saves the system from clearing
            // each page of it anew; afterwards it is given back.
            while (_rented == 0 && Spare.TryPop(out NativeBuffer? spare))
            {
                spare.Free();
            }
        }

        Free.Release();
    }
}
