using System.Security.Cryptography;
using System.Text;
using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Flows.Restore.Targets;

/// <summary>
/// A file that is being written: in its own place, or of a repair aside, so that nobody finds a part of it there, and
/// what it replaces is there until it is whole.
/// </summary>
internal sealed class PlacedFile : IDisposable
{
    private readonly TargetDirectory _directory;
    private readonly byte[] _name;
    private readonly byte[]? _aside;
    private readonly bool _replaces;
    private bool _isDone;

    public PlacedFile(TargetDirectory directory, ReadOnlySpan<byte> name, int mode, bool isAside)
    {
        _directory = directory;
        _name = name.ToArray();
        _aside = isAside ? AsideOf(name) : null;
        _replaces = isAside && directory.TryStat(name) is not null;
        File = directory.ReplaceFile(_aside ?? _name, mode);
    }

    public TargetFile File { get; }

    /// <summary>The name that a file has until it is whole: the same each time, so that none is left behind.</summary>
    public static byte[] AsideOf(ReadOnlySpan<byte> name) =>
        Encoding.ASCII.GetBytes($".abf-{Convert.ToHexStringLower(SHA256.HashData(name)[..8])}");

    /// <summary>All is written: the file takes its place.</summary>
    public void Complete()
    {
        if (_aside is not null)
        {
            if (_replaces)
            {
                // What it replaces is gone afterwards, also where the power fails.
                File.Flush();
            }

            File.Dispose();
            _directory.Rename(_aside, _name);
        }

        _isDone = true;
    }

    public void Dispose()
    {
        File.Dispose();
        if (_aside is not null && !_isDone)
        {
            _directory.Delete(_aside);
        }
    }
}
