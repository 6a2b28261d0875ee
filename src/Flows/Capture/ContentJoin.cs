using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using AlfrescoBackupFlows.Alfresco.Databases;
using AlfrescoBackupFlows.Repository.Sorting;

namespace AlfrescoBackupFlows.Flows.Capture;

/// <summary>
/// Finds the URL of each content property where a dump gives the three tables one after the other: two sorts on the local
/// disk, by the id that two of them share.
/// </summary>
internal sealed class ContentJoin(string spillDirectory) : IDisposable
{
    private const int MemoryBytes = 16 << 20;
    private const int KeyBytes = 9;

    private readonly ExternalSort _byData = new(spillDirectory, Compare, MemoryBytes);
    private readonly ExternalSort _byUrl = new(spillDirectory, Compare, MemoryBytes);
    private readonly ArrayBufferWriter<byte> _record = new(256);

    public void AddData(long data, long url, long? mimetype) => Add(_byData, data, 0, url, mimetype ?? -1);

    public void AddUse(long node, long property, long data) => Add(_byData, data, 1, node, property);

    public void AddUrl(long id, string url, long? size)
    {
        Begin(id, 0, size ?? -1, 0, 0);
        Encoding.UTF8.GetBytes(url, _record);
        _byUrl.Add(_record.WrittenSpan);
    }

    /// <summary>Tells every property with its URL. A row that leads nowhere is none.</summary>
    public void Complete(INodeRows rows)
    {
        (long Data, long Url, long Mimetype)? data = null;
        foreach (ReadOnlyMemory<byte> record in _byData.ReadSorted())
        {
            long id = Number(record, 0);
            if (record.Span[8] == 0)
            {
                data = (id, Number(record, 0 + KeyBytes), Number(record, 8 + KeyBytes));
            }
            else if (data is { } known && known.Data == id)
            {
                Begin(known.Url, 1, Number(record, KeyBytes), Number(record, 8 + KeyBytes), known.Mimetype);
                _byUrl.Add(_record.WrittenSpan);
            }
        }

        (long Id, string Text, long Size)? url = null;
        foreach (ReadOnlyMemory<byte> record in _byUrl.ReadSorted())
        {
            long id = Number(record, 0);
            if (record.Span[8] == 0)
            {
                url = (id, Encoding.UTF8.GetString(record.Span[(KeyBytes + 24)..]), Number(record, KeyBytes));
            }
            else if (url is { } known && known.Id == id)
            {
                long mimetype = Number(record, KeyBytes + 16);
                rows.Content(
                    Number(record, KeyBytes),
                    Number(record, KeyBytes + 8),
                    known.Text,
                    known.Size < 0 ? null : known.Size,
                    mimetype < 0 ? null : mimetype
                );
            }
        }
    }

    public void Dispose()
    {
        _byData.Dispose();
        _byUrl.Dispose();
    }

    private static int Compare(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) =>
        left[..KeyBytes].SequenceCompareTo(right[..KeyBytes]);

    private static long Number(ReadOnlyMemory<byte> record, int offset) =>
        BinaryPrimitives.ReadInt64BigEndian(record.Span[offset..]);

    private void Add(ExternalSort sort, long id, byte side, long first, long second)
    {
        Begin(id, side, first, second, 0);
        sort.Add(_record.WrittenSpan);
    }

    private void Begin(long id, byte side, long first, long second, long third)
    {
        _record.ResetWrittenCount();
        Span<byte> head = _record.GetSpan(KeyBytes + 24);
        BinaryPrimitives.WriteInt64BigEndian(head, id);
        head[8] = side;
        BinaryPrimitives.WriteInt64BigEndian(head[KeyBytes..], first);
        BinaryPrimitives.WriteInt64BigEndian(head[(KeyBytes + 8)..], second);
        BinaryPrimitives.WriteInt64BigEndian(head[(KeyBytes + 16)..], third);
        _record.Advance(KeyBytes + 24);
    }
}
