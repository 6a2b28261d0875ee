using System.Text;
using AlfrescoBackupFlows.Alfresco.Content;
using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Flows.Drill.Activities;

/// <summary>Looks up files of a restored directory; they come directory by directory, so the last one stays
/// open.</summary>
internal sealed class RestoredFiles(string directory) : IDisposable
{
    private readonly TargetTree _tree = TargetTree.Open(directory);
    private byte[] _path = [];
    private TargetDirectory? _last;

    /// <summary>Null where there is no file.</summary>
    public FileStat? Find(ContentPlace place)
    {
        byte[] path = PathOf(place);
        int slash = path.AsSpan().LastIndexOf((byte)'/');
        if (!path.AsSpan(0, slash).SequenceEqual(_path))
        {
            _last?.Dispose();
            _path = path[..slash];
            _last = _tree.TryOpenDirectory(_path);
        }

        return _last?.TryStat(path.AsSpan(slash + 1)) is { Type: EntryType.File } file ? file : null;
    }

    /// <summary>Beneath the restored directory.</summary>
    public static byte[] PathOf(ContentPlace place) =>
        [.. Encoding.UTF8.GetBytes(place.Root), (byte)'/', .. place.Path];

    public void Dispose()
    {
        _last?.Dispose();
        _tree.Dispose();
    }
}
