using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.RequiredFiles;

/// <summary>
/// The record of a list of required files that is read now, in a buffer that is used again: the start of a range is found by reading what comes before
/// it, and that must cost next to nothing.
/// </summary>
internal sealed class RequiredCursor(string what)
{
    private byte[] _path = new byte[256];
    private int _length;
    private long _size;
    private long _id = -1;

    /// <summary>Valid until the next read, and as a path only after <see cref="ToFile"/> checked it.</summary>
    public ReadOnlySpan<byte> Path => _path.AsSpan(0, _length);

    /// <summary>Id of the content URL.</summary>
    public long Id => _id;

    /// <summary>Reads on after a record with this path and id.</summary>
    public void Resume(ReadOnlySpan<byte> path, long id)
    {
        (_length, _id) = (path.Length, id);
        Reserve();
        path.CopyTo(_path);
    }

    /// <summary>Reads the next record and returns its length in bytes. Records ascend by path, then by id.</summary>
    public int Read(ReadOnlySpan<byte> source)
    {
        VarintReader reader = new(source, what);
        int shared = (int)reader.ReadBounded(_length, "the length that a path shares with the one before it");
        ReadOnlySpan<byte> rest = reader.ReadBlock(PathOrder.MaxPathBytes - shared, "the length of a path");
        _size = reader.ReadBounded(long.MaxValue, "a size");
        long id = reader.ReadBounded(long.MaxValue, "an id");

        // What both share decides nothing.
        int order = PathOrder.Compare(_path.AsSpan(shared, _length - shared), rest);
        if (shared + rest.Length == 0 || order > 0 || (order == 0 && id <= _id))
        {
            throw reader.Wrong("it is not in order");
        }

        _id = id;
        _length = shared + rest.Length;
        Reserve();
        rest.CopyTo(_path.AsSpan(shared));
        return reader.Position;
    }

    public RequiredFile ToFile() => PathOrder.IsValid(Path)
        ? new RequiredFile(Path.ToArray(), _size == 0 ? null : _size - 1, _id)
        : throw Damage.InPart(what, $"'{TreePath.Display(Path)}' is not a path that a listing may have");

    private void Reserve()
    {
        if (_length > _path.Length)
        {
            Array.Resize(ref _path, PathOrder.MaxPathBytes);
        }
    }
}
