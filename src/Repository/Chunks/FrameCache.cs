using System.Collections.Concurrent;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Chunks;

/// <summary>
/// Opened frames that hold several chunks, the least recently used given up first; and the codecs that opened them.
/// Thread-safe.
/// </summary>
internal sealed class FrameCache
{
    private const int MaxBytes = 2 << 20;

    private readonly Lock _gate = new();
    private readonly LinkedList<(PackId Pack, int Frame, byte[] Plain)> _order = new();
    private readonly Dictionary<(PackId, int), LinkedListNode<(PackId Pack, int Frame, byte[] Plain)>> _frames = [];
    private readonly ConcurrentBag<FrameCodec> _codecs = [];
    private int _bytes;

    public byte[]? TryGet(in ChunkPlace place)
    {
        lock (_gate)
        {
            if (!_frames.TryGetValue((place.Pack.Id, place.Frame), out var node))
            {
                return null;
            }

            _order.Remove(node);
            _order.AddFirst(node);
            return node.Value.Plain;
        }
    }

    public void Add(in ChunkPlace place, byte[] plain)
    {
        lock (_gate)
        {
            if (
                plain.Length > MaxBytes / 2
                || !_frames.TryAdd((place.Pack.Id, place.Frame), new((place.Pack.Id, place.Frame, plain)))
            )
            {
                return;
            }

            _order.AddFirst(_frames[(place.Pack.Id, place.Frame)]);
            _bytes += plain.Length;
            while (_bytes > MaxBytes && _order.Last is { } oldest)
            {
                _bytes -= oldest.Value.Plain.Length;
                _frames.Remove((oldest.Value.Pack, oldest.Value.Frame));
                _order.RemoveLast();
            }
        }
    }

    public FrameCodec RentCodec() => _codecs.TryTake(out FrameCodec? codec) ? codec : new FrameCodec();

    public void ReturnCodec(FrameCodec codec) => _codecs.Add(codec);
}
