using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Flows.Restore.Targets;

/// <summary>
/// Directories of the target that are held open, the least recently used closed first: files that come in the order of
/// the packs go to few directories at a time. For one thread.
/// </summary>
internal sealed class OpenDirectories(TargetTree target) : IDisposable
{
    private const int MaxOpen = 16;

    /// <summary>The most recently used last.</summary>
    private readonly List<(byte[] Path, TargetDirectory Directory)> _open = new(MaxOpen);

    /// <summary>Valid until the next call.</summary>
    public TargetDirectory Open(ReadOnlySpan<byte> path)
    {
        for (int i = _open.Count - 1; i >= 0; i--)
        {
            if (path.SequenceEqual(_open[i].Path))
            {
                (byte[] Path, TargetDirectory Directory) found = _open[i];
                if (i < _open.Count - 1)
                {
                    _open.RemoveAt(i);
                    _open.Add(found);
                }

                return found.Directory;
            }
        }

        if (_open.Count == MaxOpen)
        {
            _open[0].Directory.Dispose();
            _open.RemoveAt(0);
        }

        _open.Add((path.ToArray(), target.OpenDirectory(path)));
        return _open[^1].Directory;
    }

    public void Dispose() => _open.ForEach(static open => open.Directory.Dispose());
}
