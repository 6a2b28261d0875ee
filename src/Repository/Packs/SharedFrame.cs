using System.Buffers;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Packs;

/// <summary>Small chunks that will be sealed together. Takes memory from the first one on.</summary>
internal sealed class SharedFrame : IDisposable
{
    private readonly List<(ChunkId Id, int Offset, int Length)> _chunks = [];
    private byte[] _plain = [];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Plain => _plain.AsSpan(0, Length);

    public bool IsEmpty => _chunks.Count == 0;

    public bool Fits(int length) => Length + length <= ChunkLimits.SharedFrameLength;

    public void Add(ChunkId id, ReadOnlySpan<byte> plain)
    {
        if (_plain.Length == 0)
        {
            _plain = ArrayPool<byte>.Shared.Rent(ChunkLimits.SharedFrameLength);
        }

        plain.CopyTo(_plain.AsSpan(Length));
        _chunks.Add((id, Length, plain.Length));
        Length += plain.Length;
    }

    /// <summary>The chunks, for the directory of the pack; the frame is empty afterwards.</summary>
    /// <param name="number">Of the frame in its pack.</param>
    /// <param name="directory">Where they are named.</param>
    public void MoveTo(PackDirectory directory, int number)
    {
        directory.Chunks.AddRange(
            _chunks.Select(chunk => new DirectoryChunk(chunk.Id, number, chunk.Offset, chunk.Length))
        );
        _chunks.Clear();
        Length = 0;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_plain);
        _plain = [];
    }
}
