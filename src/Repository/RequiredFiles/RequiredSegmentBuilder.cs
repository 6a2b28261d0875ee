using System.Buffers;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.RequiredFiles;

/// <summary>Encodes the records of one segment. The same records always give the same bytes.</summary>
internal sealed class RequiredSegmentBuilder
{
    private const int MaxFiles = 8192;
    private const int FullBytes = 4 * 1024 * 1024;

    private readonly ArrayBufferWriter<byte> _records = new(64 * 1024);
    private byte[] _first = [];
    private byte[] _last = [];
    private long _lowest;
    private long _highest;

    public int Count { get; private set; }

    /// <summary>Where even records of one path go to the next chunk.</summary>
    public bool IsBursting => _records.WrittenCount >= 2 * FullBytes;

    public bool IsFull => AreFull(Count, _records.WrittenCount);

    public static bool AreFull(int files, int bytes) => files >= MaxFiles || bytes >= FullBytes;

    public void Add(RequiredFile file)
    {
        // The first record shares nothing with the segment before it.
        _records.WritePath(_last, file.Path);
        _records.WriteVarint(file.Size is { } size ? (ulong)size + 1 : 0);
        _records.WriteVarint((ulong)file.UrlId);
        _first = Count == 0 ? file.Path : _first;
        _lowest = Count == 0 ? file.UrlId : Math.Min(_lowest, file.UrlId);
        _highest = Count == 0 ? file.UrlId : Math.Max(_highest, file.UrlId);
        _last = file.Path;
        Count++;
    }

    public byte[] Encode() => _records.WrittenSpan.ToArray();

    public RequiredSegment ToSegment(ChunkId chunk, int length) =>
        new(_first, _last, chunk, length, Count, _lowest, _highest);

    public void Clear()
    {
        _records.ResetWrittenCount();
        (_first, _last, _lowest, _highest, Count) = ([], [], 0, 0, 0);
    }
}
