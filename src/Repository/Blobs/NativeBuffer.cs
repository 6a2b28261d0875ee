using System.Buffers;
using System.Runtime.InteropServices;

namespace AlfrescoBackupFlows.Repository.Blobs;

/// <summary>
/// Room for a pack or another large blob outside the managed heap. The operating system gives the pages as they are
/// written for the first time, so a small pack costs little memory although the whole length is reserved; freeing gives
/// all of it back at once.
/// </summary>
internal sealed unsafe class NativeBuffer(int capacity) : MemoryManager<byte>
{
    // glibc maps what is longer than 32 MiB by itself and gives it back when it is freed; shorter blocks can end up in
    // a heap that never shrinks.
    private const int AlwaysMapped = 33 << 20;

    private void* _memory = NativeMemory.Alloc((nuint)Math.Max(capacity, AlwaysMapped));

    public int Capacity { get; } = capacity;

    public override Span<byte> GetSpan()
    {
        ObjectDisposedException.ThrowIf(_memory is null, this);
        return new Span<byte>(_memory, Capacity);
    }

    public override MemoryHandle Pin(int elementIndex = 0) => new((byte*)_memory + elementIndex);

    public override void Unpin() { }

    public void Free() => Dispose(disposing: true);

    protected override void Dispose(bool disposing)
    {
        NativeMemory.Free(_memory);
        _memory = null;
    }
}
