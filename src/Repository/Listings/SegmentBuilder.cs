using System.Buffers;
using System.Text;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Listings;

/// <summary>
/// Encodes the entries of one segment. The same entries always give the same bytes, so that an unchanged segment is
/// stored once.
/// </summary>
internal sealed class SegmentBuilder
{
    public const byte Version = 1;
    public const int MaxEntries = 8192;

    /// <summary>A segment ends after the entry with which it reaches this many bytes.</summary>
    public const int FullBytes = 4 * 1024 * 1024;

    private readonly ArrayBufferWriter<byte> _entries = new(64 * 1024);
    private readonly ArrayBufferWriter<byte> _owners = new(256);
    private readonly Dictionary<FileOwner, int> _ownerNumbers = [];
    private byte[] _first = [];
    private byte[] _last = [];
    private int _files;
    private long _bytes;

    public int Count { get; private set; }

    public bool IsFull => Count >= MaxEntries || _entries.WrittenCount + _owners.WrittenCount >= FullBytes;

    public void Add(ListingEntry entry)
    {
        int owner = OwnerNumber(entry.Owner);
        _entries.WritePath(_last, entry.Path);
        _entries.WriteByte(entry.IsDirectory ? SegmentDecoder.Directory : SegmentDecoder.File);
        _entries.WriteByte((byte)entry.Flags);
        _entries.WriteVarint((ulong)(entry.Mode & SegmentDecoder.ModeMask));
        _entries.WriteVarint((ulong)owner);
        _entries.WriteSvarint(entry.MtimeNs);
        _entries.WriteSvarint(entry.CtimeNs);
        if (entry.Content is { } content)
        {
            _entries.WriteVarint((ulong)content.Length);
            _entries.WriteByte((byte)content.Depth);
            _entries.WriteVarint((ulong)content.Chunks.Length);
            foreach (ChunkId chunk in content.Chunks)
            {
                _entries.WriteId(chunk);
            }

            _files++;
            _bytes = checked(_bytes + content.Length);
        }

        _first = Count == 0 ? entry.Path : _first;
        _last = entry.Path;
        Count++;
    }

    public byte[] Encode()
    {
        ArrayBufferWriter<byte> output = new(_entries.WrittenCount + _owners.WrittenCount + 16);
        output.WriteByte(Version);
        output.WriteVarint((ulong)_ownerNumbers.Count);
        output.Write(_owners.WrittenSpan);
        output.WriteVarint((ulong)Count);
        output.Write(_entries.WrittenSpan);
        return output.WrittenSpan.ToArray();
    }

    public SegmentRow Row(ChunkId chunk) => new(_first, _last, chunk, Count, _files, _bytes);

    public void Clear()
    {
        _entries.ResetWrittenCount();
        _owners.ResetWrittenCount();
        _ownerNumbers.Clear();
        (_first, _last, _files, _bytes, Count) = ([], [], 0, 0, 0);
    }

    private int OwnerNumber(FileOwner owner)
    {
        if (_ownerNumbers.TryGetValue(owner, out int number))
        {
            return number;
        }

        if (
            Encoding.UTF8.GetByteCount(owner.User) > FileOwner.MaxNameBytes
            || Encoding.UTF8.GetByteCount(owner.Group) > FileOwner.MaxNameBytes
        )
        {
            throw new ArgumentException(
                $"The name of a user or group has more than {FileOwner.MaxNameBytes} bytes.",
                nameof(owner)
            );
        }

        number = _ownerNumbers.Count;
        _ownerNumbers.Add(owner, number);
        _owners.WriteVarint(owner.Uid);
        _owners.WriteVarint(owner.Gid);
        _owners.WriteText(owner.User);
        _owners.WriteText(owner.Group);
        return number;
    }
}
