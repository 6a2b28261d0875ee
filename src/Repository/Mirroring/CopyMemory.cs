using AlfrescoBackupFlows.Repository.Blobs;

namespace AlfrescoBackupFlows.Repository.Mirroring;

/// <summary>
/// Room for blobs on their way: many small ones or a few large ones at once, never more than <see cref="Limit"/>.
/// </summary>
internal sealed class CopyMemory : IDisposable
{
    /// <summary>Bytes; four of the largest packs.</summary>
    public const int Limit = 256 << 20;

    private const int Unit = 1 << 20;

    private readonly SemaphoreSlim _free = new(Limit / Unit);

    // Who takes several units takes them alone: two that wait for each other's would wait for ever.
    private readonly SemaphoreSlim _turn = new(1);

    public async ValueTask<Room> RentAsync(int length, CancellationToken cancellationToken)
    {
        int units = 1 + (length / Unit);
        int taken = 0;
        await _turn.WaitAsync(cancellationToken);
        try
        {
            for (; taken < units; taken++)
            {
                await _free.WaitAsync(cancellationToken);
            }

            return new Room(_free, units, length);
        }
        catch when (taken > 0)
        {
            _free.Release(taken);
            throw;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose()
    {
        _free.Dispose();
        _turn.Dispose();
    }

    /// <summary>What was rented.</summary>
    public sealed class Room : IDisposable
    {
        private readonly SemaphoreSlim _free;
        private readonly int _units;
        private readonly NativeBuffer? _native;

        public Room(SemaphoreSlim free, int units, int length)
        {
            (_free, _units) = (free, units);
            _native = length > Unit ? new NativeBuffer(length) : null;
            Memory = (_native?.Memory ?? new byte[length])[..length];
        }

        public Memory<byte> Memory { get; }

        public void Dispose()
        {
            _native?.Free();
            _free.Release(_units);
        }
    }
}
