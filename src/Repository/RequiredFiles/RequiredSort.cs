using System.Buffers.Binary;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Sorting;

namespace AlfrescoBackupFlows.Repository.RequiredFiles;

/// <summary>
/// Brings the required files of all roots, which a database gives in any order, into the order of the lists: by root,
/// then by path, then by id.
/// </summary>
/// <param name="directory">Where spill files are; it exists.</param>
/// <param name="memoryBytes">About how much memory may be taken.</param>
public sealed class RequiredSort(string directory, int memoryBytes = 8 * 1024 * 1024) : IDisposable
{
    // Root and id are compared before and after the path; both are fixed-width, so that a record is compared without
    // being decoded.
    private const int IdOffset = sizeof(ushort);
    private const int SizeOffset = IdOffset + sizeof(long);
    private const int PathOffset = SizeOffset + sizeof(long);

    private readonly ExternalSort _sort = new(directory, Compare, memoryBytes);
    private readonly byte[] _record = new byte[PathOffset + PathOrder.MaxPathBytes];

    /// <param name="root">The root's position in the order of capture.</param>
    /// <param name="file">A file with a valid path of at most 65,535 bytes.</param>
    public void Add(int root, RequiredFile file)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_record, checked((ushort)root));
        BinaryPrimitives.WriteInt64BigEndian(_record.AsSpan(IdOffset), file.UrlId);
        BinaryPrimitives.WriteInt64BigEndian(_record.AsSpan(SizeOffset), file.Size ?? -1);
        file.Path.CopyTo(_record, PathOffset);
        _sort.Add(_record.AsSpan(0, PathOffset + file.Path.Length));
    }

    /// <summary>All files in order. Called once.</summary>
    public IEnumerable<(int Root, RequiredFile File)> ReadSorted()
    {
        foreach (ReadOnlyMemory<byte> record in _sort.ReadSorted())
        {
            ReadOnlySpan<byte> span = record.Span;
            long size = BinaryPrimitives.ReadInt64BigEndian(span[SizeOffset..]);
            RequiredFile file = new(
                span[PathOffset..].ToArray(),
                size < 0 ? null : size,
                BinaryPrimitives.ReadInt64BigEndian(span[IdOffset..])
            );
            yield return (BinaryPrimitives.ReadUInt16BigEndian(span), file);
        }
    }

    public void Dispose() => _sort.Dispose();

    private static int Compare(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        int order = left[..IdOffset].SequenceCompareTo(right[..IdOffset]);
        order = order != 0 ? order : PathOrder.Compare(left[PathOffset..], right[PathOffset..]);
        return order != 0 ? order : left[IdOffset..SizeOffset].SequenceCompareTo(right[IdOffset..SizeOffset]);
    }
}
