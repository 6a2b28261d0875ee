using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Flows.Archives;

/// <summary>
/// Bytes that wait for their length to be known: in a file without a name, of this user alone, of which nothing is left
/// behind by a kill. First everything is written, then it is read.
/// </summary>
/// <param name="directory">It exists, and is this user's.</param>
internal sealed class SpoolFile(string directory) : IDisposable
{
    private readonly FileStream _file = PrivateFile.CreateNameless(
        Path.Combine(directory, $"spool-{Guid.NewGuid():N}.tmp")
    );

    public long Length => _file.Length;

    public void Write(ReadOnlySpan<byte> bytes) => _file.Write(bytes);

    /// <summary>From the beginning; the stream stays this one's.</summary>
    public Stream OpenRead()
    {
        _file.Flush();
        _file.Position = 0;
        return _file;
    }

    public void Dispose() => _file.Dispose();
}
