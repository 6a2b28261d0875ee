using AlfrescoBackupFlows.Repository.Blobs;

namespace AlfrescoBackupFlows.Repository.Packs;

/// <summary>
/// Buffers that are used again while any of them is in use, which saves the system from clearing each of their pages
/// anew; afterwards their memory is given back. How many there are is for the caller to bound. Thread-safe.
/// </summary>
/// <param name="allocate">One, of a length that is the same for all.</param>
internal sealed class SpareBuffers(Func<NativeBuffer> allocate)
{
    private readonly Lock _gate = new();
    private readonly Stack<NativeBuffer> _spare = new();
    private int _taken;

    /// <summary>What stands in it at first is anything.</summary>
    public NativeBuffer Take()
    {
        lock (_gate)
        {
            NativeBuffer buffer = _spare.TryPop(out NativeBuffer? spare) ? spare : allocate();
            _taken++;
            return buffer;
        }
    }

    public void Give(NativeBuffer buffer)
    {
        lock (_gate)
        {
            _taken--;
            _spare.Push(buffer);
            while (_taken == 0 && _spare.TryPop(out NativeBuffer? spare))
            {
                spare.Free();
            }
        }
    }
}
