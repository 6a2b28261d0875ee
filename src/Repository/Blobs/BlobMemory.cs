namespace AlfrescoBackupFlows.Repository.Blobs;

/// <summary>
/// Room for a blob that is read whole. Large ones, which anybody who may write to the store can put anywhere, have
/// theirs one after the other in the whole process, and outside of the managed heap: there, several of them would pile
/// up until the next collection.
/// </summary>
internal sealed class BlobMemory : IDisposable
{
    /// <summary>Longer than all that this program writes in the usual case.</summary>
    private const int LargeLength = 8 << 20;

    private static readonly SemaphoreSlim Large = new(1);

    private NativeBuffer? _large;

    private BlobMemory(Memory<byte> memory) => Memory = memory;

    private BlobMemory(NativeBuffer large)
        : this(large.Memory) => _large = large;

    /// <summary>What stands in it at first is anything.</summary>
    public Memory<byte> Memory { get; }

    /// <summary>Waits for its turn where it is large.</summary>
    public static async Task<BlobMemory> RentAsync(int length, CancellationToken cancellationToken)
    {
        if (length <= LargeLength)
        {
            return new BlobMemory(new byte[length]);
        }

        await Large.WaitAsync(cancellationToken);
        try
        {
            return new BlobMemory(new NativeBuffer(length));
        }
        catch
        {
            Large.Release();
            throw;
        }
    }

    public void Dispose()
    {
        if (_large is { } large)
        {
            _large = null;
            large.Free();
            Large.Release();
        }
    }
}
