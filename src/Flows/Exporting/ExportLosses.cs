using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using AlfrescoBackupFlows.Flows.Archives;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Flows.Exporting;

/// <summary>
/// What the repository has lost of the set: the lines of <c>LOST</c>. Each has root, number of files, path and why, with
/// tabs between; the path is empty where the names of the files are lost too.
/// </summary>
/// <param name="directory">It exists, and is this user's.</param>
internal sealed class ExportLosses(string directory) : IDisposable
{
    private const int MaxNamed = 100;

    private readonly SpoolFile _lines = new(directory);
    private readonly ImmutableArray<string>.Builder _named = ImmutableArray.CreateBuilder<string>();

    public long Files { get; private set; }

    /// <summary>The first of them.</summary>
    public ImmutableArray<string> Named => _named.ToImmutable();

    public long Length => _lines.Length;

    public void Add(string root, byte[] path, string why) => Add(root, 1, TreePath.Display(path), why);

    /// <summary>Files that have no name any more.</summary>
    public void AddUnnamed(string root, long files, string why) => Add(root, files, string.Empty, why);

    public Stream OpenRead() => _lines.OpenRead();

    public void Dispose() => _lines.Dispose();

    private void Add(string root, long files, string path, string why)
    {
        Files += files;
        string reason = PlainText.Escape(why);
        string line = string.Create(CultureInfo.InvariantCulture, $"{root}\t{files}\t{path}\t{reason}\n");
        _lines.Write(Encoding.UTF8.GetBytes(line));
        if (_named.Count < MaxNamed)
        {
            _named.Add(
                path.Length > 0 ? $"{root}/{path}: {reason}" : $"{root}: {files} files without a name: {reason}"
            );
        }
    }
}
